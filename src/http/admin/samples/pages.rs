//! Every page with every sample, in both languages.

use super::*;
use crate::http::admin;

/// Every page from its sample, by a name.
fn pages(lang: Lang) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut add = |name: &str, page: &dyn askama::DynTemplate| {
        pages.push((name.to_owned(), page.dyn_render().unwrap()));
    };
    add("login", &admin::login::LoginPage::sample(lang));
    add("login-code", &admin::login_code::LoginCodePage::sample(lang));
    add("second-factor", &admin::second_factor::SecondFactorPage::sample(lang));
    add("second-factor-codes", &admin::second_factor::SecondFactorPage::sample_codes(lang));
    add("second-factor-on", &admin::second_factor::SecondFactorPage::sample_on(lang));
    add("users", &admin::users::UsersPage::sample(lang));
    add("user", &admin::user::UserPage::sample(lang));
    add("user-outside", &admin::user::UserPage::sample_empty(lang));
    add("tokens", &admin::tokens::TokensPage::sample(lang));
    add("tokens-empty", &admin::tokens::TokensPage::sample_empty(lang));
    add("setup", &admin::setup::SetupPage::sample(lang));
    add("error", &admin::error::ErrorPage::sample(lang));
    add("home", &admin::home::HomePage::sample(lang));
    add("home-empty", &admin::home::HomePage::sample_empty(lang));
    add("statistics", &admin::statistics::StatisticsPage::sample(lang));
    add("statistics-x", &admin::statistics::StatisticsPage::sample_of_number(lang));
    add("statistics-empty", &admin::statistics::StatisticsPage::sample_empty(lang));
    add("live", &admin::live::LivePage::sample(lang));
    add("live-empty", &admin::live::LivePage::sample_empty(lang));
    add("calls", &admin::calls::CallsPage::sample(lang));
    add("calls-empty", &admin::calls::CallsPage::sample_empty(lang));
    add("call", &admin::call::CallPage::sample(lang));
    add("call-failed", &admin::call::CallPage::sample_failed(lang));
    add("evidence", &admin::evidence::EvidencePage::sample(lang));
    add("callbacks", &admin::callbacks::CallbacksPage::sample(lang));
    add("callback", &admin::callback::CallbackPage::sample(lang));
    add("attention", &admin::attention::AttentionPage::sample(lang));
    add("attention-empty", &admin::attention::AttentionPage::sample_empty(lang));
    add("recordings", &admin::recordings::RecordingsPage::sample(lang));
    add("recordings-empty", &admin::recordings::RecordingsPage::sample_empty(lang));
    add("gaps", &admin::gaps::GapsPage::sample(lang));
    add("gaps-empty", &admin::gaps::GapsPage::sample_empty(lang));
    add("messages", &admin::messages::MessagesPage::sample(lang));
    add("numbers", &admin::numbers::NumbersPage::sample(lang));
    add("numbers-empty", &admin::numbers::NumbersPage::sample_empty(lang));
    add("bindings", &admin::bindings::BindingsPage::sample(lang));
    add("rules", &admin::rules::RulesPage::sample(lang));
    add("rules-edit", &admin::rules::RulesPage::sample_edit(lang));
    add("rules-empty", &admin::rules::RulesPage::sample_empty(lang));
    add("lists", &admin::rule_lists::ListsPage::sample(lang));
    add("lists-empty", &admin::rule_lists::ListsPage::sample_empty(lang));
    add("list", &admin::rule_list::ListPage::sample(lang));
    add("list-masked", &admin::rule_list::ListPage::sample_masked(lang));
    add("list-wrong", &admin::rule_list::ListPage::sample_wrong(lang));
    add("decisions", &admin::decisions::DecisionsPage::sample(lang));
    add("decisions-empty", &admin::decisions::DecisionsPage::sample_empty(lang));
    add("bindings-empty", &admin::bindings::BindingsPage::sample_empty(lang));
    add("binding", &admin::binding::BindingPage::sample(lang));
    add("binding-ended", &admin::binding::BindingPage::sample_ended(lang));
    add("binding-new", &admin::binding_new::NewBindingPage::sample(lang));
    add("binding-new-empty", &admin::binding_new::NewBindingPage::sample_empty(lang));
    add("binding-import", &admin::binding_import::ImportPage::sample(lang));
    add("binding-import-done", &admin::binding_import::ImportPage::sample_done(lang));
    add("apps", &admin::apps::AppsPage::sample(lang));
    add("apps-empty", &admin::apps::AppsPage::sample_empty(lang));
    add("app", &admin::app::AppPage::sample(lang));
    add("platform", &admin::platform::PlatformPage::sample(lang));
    add("platform-empty", &admin::platform::PlatformPage::sample_empty(lang));
    add("settings", &admin::settings::SettingsPage::sample(lang));
    add("retention", &admin::retention::RetentionPage::sample(lang));
    add("retention-empty", &admin::retention::RetentionPage::sample_empty(lang));
    add("erasure", &admin::erasure::ErasurePage::sample(lang));
    add("erasure-empty", &admin::erasure::ErasurePage::sample_empty(lang));
    add("system", &admin::system::SystemPage::sample(lang));
    add("system-empty", &admin::system::SystemPage::sample_empty(lang));
    add("system-backup", &admin::system_actions::BackupPage::sample(lang));
    add("system-backup-made", &admin::system_actions::BackupPage::sample_made(lang));
    add("system-rebuild", &admin::system_actions::RebuildPage::sample(lang));
    add("system-log", &admin::system_log::LogPage::sample(lang));
    add("system-log-empty", &admin::system_log::LogPage::sample_empty(lang));
    add("audit", &admin::audit::AuditPage::sample(lang));
    add("audit-empty", &admin::audit::AuditPage::sample_empty(lang));
    add("account", &admin::account::AccountPage::sample(lang));
    add("account-alone", &admin::account::AccountPage::sample_empty(lang));
    add("help", &admin::help::HelpPage::sample(lang));
    for (name, page) in admin::help_documents::DocumentPage::samples(lang) {
        add(&format!("help-{name}"), &page);
    }
    for (id, page) in admin::help::ProviderPage::samples(lang) {
        add(&format!("help-{id}"), &page);
    }
    for (id, page) in admin::help::FieldsPage::samples(lang) {
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
    let prefix = crate::http::assets::asset_url("");
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
