//! What is refused is said in the language of the page; programs hear it in English.

use super::super::samples::selector;
use super::{House, PASSWORD, text};
use crate::domain::Role;

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// What a page says went wrong.
fn alert(response: &http::Response<bytes::Bytes>) -> String {
    let page = scraper::Html::parse_document(&text(response));
    let (alert, error) = (selector("[role=alert]"), selector(".gate p.muted"));
    let said = page.select(&alert).chain(page.select(&error)).next();
    said.unwrap_or_else(|| panic!("{}", text(response))).text().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_and_filters_are_refused_in_the_language_of_the_page() {
    let mut house = House::with_admin().await;
    let csrf = house.csrf("/users").await;
    let long = "名".repeat(65);
    let plain = house.cookie.clone();
    for (lang, chinese) in [("zh", true), ("en", false)] {
        house.cookie = format!("{plain}; ringback_lang={lang}");
        for path in [
            "/calls?number=12",
            "/calls?from=2026-11-21T02:00:00Z&to=2026-11-21T01:00:00Z",
            "/calls?cursor=old",
            "/callbacks?peer=home",
            "/statistics?by=x",
            "/nothing/here",
        ] {
            let response = house.get(path).await;
            assert!(response.status().is_client_error(), "{path}");
            assert_eq!(is_chinese(&alert(&response)), chinese, "{path}: {}", alert(&response));
        }
        let csrf = ("csrf", csrf.as_str());
        let user = [csrf, ("name", "li"), ("password", "short"), ("role", "viewer"), ("scope", "all")];
        let token = [csrf, ("name", ""), ("role", "viewer"), ("scope", "all")];
        let app = [csrf, ("name", long.as_str()), ("provider", "jiuyun")];
        for (path, form) in [("/users", &user[..]), ("/tokens", &token[..]), ("/apps", &app[..])] {
            let response = house.post(path, form).await;
            assert_eq!(response.status(), 400, "{path}");
            let said = alert(&response).replace(&long, "");
            assert_eq!(is_chinese(&said), chinese, "{path}: {said}");
        }
    }
    house.become_user("wang", Role::Viewer).await;
    let forbidden = house.get("/settings").await;
    assert_eq!(forbidden.status(), 403);
    assert!(is_chinese(&alert(&forbidden)), "{}", alert(&forbidden));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_password_is_refused_in_chinese_on_a_chinese_page() {
    let house = House::new().await;
    let code = house.context.state.setup_code().unwrap();
    let short = [("name", "lin"), ("password", "short"), ("again", "short")];
    let response = house.post(&format!("/setup/{}", code.reveal()), &short).await;
    assert_eq!(response.status(), 400);
    assert_eq!(alert(&response), "密码至少 10 个字符");
    let nameless = [("name", ""), ("password", PASSWORD), ("again", PASSWORD)];
    let response = house.post(&format!("/setup/{}", code.reveal()), &nameless).await;
    assert!(alert(&response).starts_with("用户的名称"), "{}", alert(&response));
}
