//! Every page with every sample, in both languages.

use super::*;
use crate::http::admin;

/// Every page from its sample, by a name.
fn pages(lang: Lang) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut add = |name: &str, page: &dyn askama::DynTemplate| {
        pages.push((name.to_owned(), page.dyn_render().unwrap()));
    };
    add("login", &admin::people::login::LoginPage::sample(lang));
    add("login-code", &admin::people::login_code::LoginCodePage::sample(lang));
    add("second-factor", &admin::people::second_factor::SecondFactorPage::sample(lang));
    add("second-factor-codes", &admin::people::second_factor::SecondFactorPage::sample_codes(lang));
    add("second-factor-on", &admin::people::second_factor::SecondFactorPage::sample_on(lang));
    add("users", &admin::people::list_page::UsersPage::sample(lang));
    add("user", &admin::people::page::UserPage::sample(lang));
    add("user-outside", &admin::people::page::UserPage::sample_empty(lang));
    add("tokens", &admin::people::tokens::TokensPage::sample(lang));
    add("tokens-empty", &admin::people::tokens::TokensPage::sample_empty(lang));
    add("setup", &admin::people::setup::SetupPage::sample(lang));
    add("error", &admin::error::ErrorPage::sample(lang));
    add("home", &admin::home::page::HomePage::sample(lang));
    add("home-empty", &admin::home::page::HomePage::sample_empty(lang));
    add("statistics", &admin::statistics::page::StatisticsPage::sample(lang));
    add("statistics-x", &admin::statistics::page::StatisticsPage::sample_of_number(lang));
    add("statistics-empty", &admin::statistics::page::StatisticsPage::sample_empty(lang));
    add("live", &admin::home::live::LivePage::sample(lang));
    add("live-empty", &admin::home::live::LivePage::sample_empty(lang));
    add("calls", &admin::calls::list_page::CallsPage::sample(lang));
    add("calls-empty", &admin::calls::list_page::CallsPage::sample_empty(lang));
    add("call", &admin::calls::page::CallPage::sample(lang));
    add("call-failed", &admin::calls::page::CallPage::sample_failed(lang));
    add("evidence", &admin::calls::evidence::EvidencePage::sample(lang));
    add("callbacks", &admin::callbacks::list_page::CallbacksPage::sample(lang));
    add("callback", &admin::callbacks::page::CallbackPage::sample(lang));
    add("attention", &admin::home::attention::AttentionPage::sample(lang));
    add("attention-empty", &admin::home::attention::AttentionPage::sample_empty(lang));
    add("recordings", &admin::calls::recordings::RecordingsPage::sample(lang));
    add("recordings-empty", &admin::calls::recordings::RecordingsPage::sample_empty(lang));
    add("gaps", &admin::calls::gaps::GapsPage::sample(lang));
    add("gaps-empty", &admin::calls::gaps::GapsPage::sample_empty(lang));
    add("messages", &admin::calls::messages::MessagesPage::sample(lang));
    add("numbers", &admin::apps::numbers::NumbersPage::sample(lang));
    add("numbers-empty", &admin::apps::numbers::NumbersPage::sample_empty(lang));
    add("bindings", &admin::bindings::list_page::BindingsPage::sample(lang));
    add("rules", &admin::rules::page::RulesPage::sample(lang));
    add("rules-edit", &admin::rules::page::RulesPage::sample_edit(lang));
    add("rules-empty", &admin::rules::page::RulesPage::sample_empty(lang));
    add("lists", &admin::rules::lists::ListsPage::sample(lang));
    add("lists-empty", &admin::rules::lists::ListsPage::sample_empty(lang));
    add("list", &admin::rules::list::ListPage::sample(lang));
    add("list-masked", &admin::rules::list::ListPage::sample_masked(lang));
    add("list-wrong", &admin::rules::list::ListPage::sample_wrong(lang));
    add("decisions", &admin::rules::decisions::DecisionsPage::sample(lang));
    add("decisions-empty", &admin::rules::decisions::DecisionsPage::sample_empty(lang));
    add("bindings-empty", &admin::bindings::list_page::BindingsPage::sample_empty(lang));
    add("binding", &admin::bindings::page::BindingPage::sample(lang));
    add("binding-ended", &admin::bindings::page::BindingPage::sample_ended(lang));
    add("binding-new", &admin::bindings::new::NewBindingPage::sample(lang));
    add("binding-new-empty", &admin::bindings::new::NewBindingPage::sample_empty(lang));
    add("binding-import", &admin::bindings::import::ImportPage::sample(lang));
    add("binding-import-done", &admin::bindings::import::ImportPage::sample_done(lang));
    add("apps", &admin::apps::list_page::AppsPage::sample(lang));
    add("apps-empty", &admin::apps::list_page::AppsPage::sample_empty(lang));
    add("app", &admin::apps::page::AppPage::sample(lang));
    add("platform", &admin::apps::platform::PlatformPage::sample(lang));
    add("platform-empty", &admin::apps::platform::PlatformPage::sample_empty(lang));
    add("settings", &admin::system::settings::SettingsPage::sample(lang));
    add("retention", &admin::system::retention::RetentionPage::sample(lang));
    add("retention-empty", &admin::system::retention::RetentionPage::sample_empty(lang));
    add("erasure", &admin::system::erasure::ErasurePage::sample(lang));
    add("erasure-empty", &admin::system::erasure::ErasurePage::sample_empty(lang));
    add("system", &admin::system::page::SystemPage::sample(lang));
    add("system-empty", &admin::system::page::SystemPage::sample_empty(lang));
    add("system-backup", &admin::system::actions::BackupPage::sample(lang));
    add("system-backup-made", &admin::system::actions::BackupPage::sample_made(lang));
    add("system-rebuild", &admin::system::actions::RebuildPage::sample(lang));
    add("system-log", &admin::system::log::LogPage::sample(lang));
    add("system-log-empty", &admin::system::log::LogPage::sample_empty(lang));
    add("audit", &admin::people::audit::AuditPage::sample(lang));
    add("audit-empty", &admin::people::audit::AuditPage::sample_empty(lang));
    add("account", &admin::people::account::AccountPage::sample(lang));
    add("account-alone", &admin::people::account::AccountPage::sample_empty(lang));
    add("help", &admin::help::page::HelpPage::sample(lang));
    for (name, page) in admin::help::documents::DocumentPage::samples(lang) {
        add(&format!("help-{name}"), &page);
    }
    for (id, page) in admin::help::page::ProviderPage::samples(lang) {
        add(&format!("help-{id}"), &page);
    }
    for (id, page) in admin::help::page::FieldsPage::samples(lang) {
        add(&format!("help-{id}-fields"), &page);
    }
    pages
}

/// What every page must have, whatever it shows.
fn check(name: &str, lang: Lang, html: &str) {
    let dom = Html::parse_document(html);
    let one = |css: &str| dom.select(&selector(css)).count() == 1;
    assert!(one(&format!("html[lang='{}']", lang.tag())), "{name}: language");
    assert!(one("h1"), "{name}: one heading");
    assert!(one("main#main"), "{name}: one main part");
    assert!(one("a.skip[href='#main']"), "{name}: skip link");
    assert!(dom.select(&selector("[style], style, script:not([src])")).next().is_none(), "{name}: something inline");
    for form in dom.select(&selector("form[method=post]:not([action='/preferences']):not(.before-login)")) {
        assert!(form.select(&selector("input[name=csrf]")).next().is_some(), "{name}: a form without its token");
    }
    for table in dom.select(&selector("table")) {
        assert!(table.select(&selector("caption")).next().is_some(), "{name}: a table without a caption");
        assert!(table.select(&selector("th[scope]")).next().is_some(), "{name}: a table without headings");
    }
    let fields = "input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select, textarea";
    for field in dom.select(&selector(fields)) {
        let id = field.attr("id").unwrap_or_else(|| panic!("{name}: a field without an id"));
        let label = format!("label[for='{id}']");
        assert!(dom.select(&selector(&label)).next().is_some(), "{name}: {id} has no label");
    }
    let ids: Vec<&str> = dom.select(&selector("[id]")).filter_map(|e| e.attr("id")).collect();
    let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "{name}: an id twice in {ids:?}");
    for link in dom.select(&selector("a[href]")).filter_map(|a| a.attr("href")) {
        assert!(
            link.starts_with('/') || link.starts_with('#') || link.starts_with('?'),
            "{name}: {link} leads elsewhere"
        );
    }
}

/// Writes the pages beside the static files, for looking at in a browser.
fn write(lang: Lang, pages: &[(String, String)]) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let target = root.join("target/pages");
    std::fs::create_dir_all(&target).unwrap();
    let prefix = crate::http::transport::assets::asset_url("");
    for (name, html) in pages {
        let html = html.replace(&prefix, "../../static/");
        std::fs::write(target.join(format!("{name}.{}.html", &lang.tag()[..2])), html).unwrap();
    }
}

#[test]
fn every_page_renders_from_its_sample_in_both_languages() {
    for lang in [Lang::Zh, Lang::En] {
        let pages = pages(lang);
        for (name, html) in &pages {
            check(name, lang, html);
        }
        write(lang, &pages);
    }
}

#[test]
fn no_text_is_left_in_the_other_language() {
    // A person's data may be Chinese; the pages of a server without data have none.
    let untranslated = [
        "home-empty",
        "apps-empty",
        "rules",
        "rules-edit",
        "rules-empty",
        "lists",
        "lists-empty",
        "list",
        "list-masked",
        "list-wrong",
        "decisions",
        "decisions-empty",
        "bindings",
        "bindings-empty",
        "binding",
        "binding-ended",
        "binding-new",
        "binding-import",
        "binding-import-done",
        "attention-empty",
        "numbers-empty",
        "platform-empty",
        "setup",
        "error",
        "system",
        "system-empty",
        "system-backup",
        "system-backup-made",
        "system-rebuild",
        "system-log",
        "system-log-empty",
        "audit",
        "audit-empty",
        "account",
        "help-x-mode",
        "help-decision-webhook",
        "help-operations",
        "help-performance",
        "help-storage",
    ];
    for (name, html) in pages(Lang::En).iter().filter(|(name, _)| untranslated.contains(&name.as_str())) {
        let dom = Html::parse_document(html);
        let main = dom.select(&selector("main")).next().unwrap();
        let text: String = main.text().collect();
        let han: String = text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).collect();
        assert!(han.is_empty() || han.chars().all(|c| "玖云华为语音通话隐私保护".contains(c)), "{name}: {han}");
    }
}
