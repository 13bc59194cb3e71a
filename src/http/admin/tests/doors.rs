//! The login: who is held up and who is not, where a form may come from, which passwords are taken.

use http::{Request, Response, header};
use http_body_util::Full;

use super::super::samples::selector;
use super::{House, PASSWORD, location, text};
use crate::domain::Role;
use crate::limits;

/// A cookie that an answer sets, as the browser sends it back.
fn cookie(answer: &Response<bytes::Bytes>, name: &str) -> Option<String> {
    let all = answer.headers().get_all(header::SET_COOKIE).into_iter().map(|value| value.to_str().unwrap());
    all.map(|value| value.split(';').next().unwrap().to_owned()).find(|value| value.starts_with(name))
}

async fn log_in(house: &House, name: &str, password: &str) -> u16 {
    house.post("/login", &[("name", name), ("password", password)]).await.status().as_u16()
}

/// A second tab, and a program that keeps its cookies, were told that their form had expired.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_logged_in_may_log_in_again_and_is_counted_like_anybody() {
    let house = House::with_admin().await;
    assert!(!house.cookie.is_empty());
    assert_eq!(log_in(&house, "lin", PASSWORD).await, 303);
    for _ in 0..limits::LOGIN_TRIES_NAME {
        assert_eq!(log_in(&house, "lin", "guess").await, 401);
    }
    assert_eq!(log_in(&house, "lin", PASSWORD).await, 429);
}

/// Ten wrong passwords from anywhere kept the owner of a name out for a quarter of an hour.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_wrong_passwords_keeps_nobody_out_of_a_browser_they_were_logged_in_with() {
    let mut house = House::with_admin().await;
    let seen = house.get("/account").await;
    let known = cookie(&seen, "__Host-ringback_known").expect("a browser that is logged in is remembered");
    house.cookie = format!("{}; {known}", house.cookie);
    assert!(cookie(&house.get("/account").await, "__Host-ringback_known").is_none(), "once is enough");

    house.cookie = String::new();
    for _ in 0..limits::LOGIN_TRIES_NAME {
        assert_eq!(log_in(&house, "lin", "guess").await, 401);
    }
    assert_eq!(log_in(&house, "lin", PASSWORD).await, 429, "a browser that nobody knows");
    house.cookie = known.clone();
    assert_eq!(house.get("/account").await.status(), 303, "it opens nothing by itself");
    // It is worth as many tries as another, and for its own name only.
    house.cookie = known.clone();
    assert_eq!(log_in(&house, "lin", PASSWORD).await, 303);
    for _ in 0..limits::LOGIN_TRIES_NAME {
        assert_eq!(log_in(&house, "lin", "guess").await, 401);
    }
    assert_eq!(log_in(&house, "lin", PASSWORD).await, 429);
    house
        .context
        .state
        .add_user(&crate::state::Author::of_tests(), "wang", Role::Admin, &crate::domain::Secret::new(PASSWORD))
        .await
        .unwrap();
    house.cookie = String::new();
    for _ in 0..limits::LOGIN_TRIES_NAME {
        log_in(&house, "wang", "guess").await;
    }
    house.cookie = known.replacen("known=", "known=A", 1);
    assert_eq!(log_in(&house, "wang", PASSWORD).await, 429, "made up");
    house.cookie = known;
    assert_eq!(log_in(&house, "wang", PASSWORD).await, 429, "it was never logged in as wang");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_logged_in_changes_the_password_while_somebody_floods_the_login() {
    let mut house = House::with_admin().await;
    let csrf = house.csrf("/account").await;
    let inside = std::mem::take(&mut house.cookie);
    for _ in 0..limits::LOGIN_TRIES_NAME {
        log_in(&house, "lin", "guess").await;
    }
    assert_eq!(log_in(&house, "lin", PASSWORD).await, 429);
    house.cookie = inside;
    let new = "lantern carrot bicycle";
    let form = [("csrf", csrf.as_str()), ("old", PASSWORD), ("password", new), ("again", new)];
    assert_eq!(location(&house.post("/account/password", &form).await), "/account?done=password");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_cookie_is_taken_under_its_own_prefix_only() {
    let mut house = House::with_admin().await;
    house.page("/account").await;
    // A neighbour under the same domain can set a cookie of any name but with the prefix.
    house.cookie = house.cookie.replacen("__Host-", "", 1);
    assert_eq!(house.get("/account").await.status(), 303);
}

/// nginx passes on its own upstream's name as `Host` unless it is told otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_the_public_address_is_taken_behind_a_proxy_that_passes_on_another_host() {
    let house = House::with_admin().await;
    let public = house.context.server.public_url.clone().unwrap();
    let sent = async |headers: &[(&str, &str)]| {
        let mut request = Request::post("/login").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("name", "lin"), ("password", PASSWORD)])
            .finish();
        house.client().await.send(request.body(Full::new(form.into())).unwrap()).await.unwrap().status().as_u16()
    };
    assert_eq!(sent(&[("host", "127.0.0.1:8443"), ("origin", &public)]).await, 303);
    assert_eq!(sent(&[("host", "upstream"), ("origin", &public), ("sec-fetch-site", "same-origin")]).await, 303);
    assert_eq!(sent(&[("host", "upstream"), ("origin", "null"), ("sec-fetch-site", "same-origin")]).await, 303);
    assert_eq!(sent(&[("host", "localhost"), ("origin", "https://localhost")]).await, 303);
    assert_eq!(sent(&[("host", "localhost")]).await, 303, "a program");
    for refused in [
        &[("host", "localhost"), ("sec-fetch-site", "cross-site")][..],
        &[("host", "localhost"), ("origin", "null")],
        &[("host", "localhost"), ("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
        &[("host", "localhost"), ("origin", &public), ("sec-fetch-site", "cross-site")],
        &[("host", "evil.example"), ("origin", "https://evil.example.org")],
    ] {
        assert_eq!(sent(refused).await, 403, "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_common_password_is_refused_wherever_one_is_set_and_the_meter_says_the_same() {
    let mut house = House::new().await;
    let link = format!("/setup/{}", house.context.state.setup_code().unwrap().reveal());
    for weak in ["password12", "2026-11-30", "1234567890", "13800000021", "ringback2026"] {
        let refused = house.post(&link, &[("name", "lin"), ("password", weak), ("again", weak)]).await;
        assert_eq!(refused.status(), 400, "{weak}");
        let page = scraper::Html::parse_document(&text(&refused));
        let said: String = page.select(&selector("[role=alert]")).next().unwrap().text().collect();
        assert!(said.starts_with("密码太容易被猜到：") && said.contains("不相关的词"), "{weak}: {said}");
        let judged = house.post(&format!("{link}/strength"), &[("name", "lin"), ("password", weak)]).await;
        let judged: serde_json::Value = serde_json::from_slice(judged.body()).unwrap();
        assert_eq!(judged["words"], said, "{weak}");
        assert!(judged["score"].as_u64().unwrap() < u64::from(limits::PASSWORD_SCORE_MIN), "{weak}: {judged}");
    }
    let own = [("name", "lantern-carrot"), ("password", "lantern-carrot")];
    let own = house.post(&format!("{link}/strength"), &own).await;
    let own: serde_json::Value = serde_json::from_slice(own.body()).unwrap();
    assert!(own["words"].as_str().unwrap().contains("用户名"), "{own}");
    assert_eq!(house.post("/setup/wrong/strength", &[("password", PASSWORD)]).await.status(), 404);
    assert_eq!(location(&house.post("/account/strength", &[("password", PASSWORD)]).await), "/login");

    let code = house.context.state.setup_code().unwrap();
    let password = crate::domain::Secret::new(PASSWORD);
    let (cookie, _) =
        house.context.state.set_up(&crate::state::Visit::of_tests(), code.reveal(), "lin", &password).await.unwrap();
    house.cookie = format!("__Host-ringback_login={}", cookie.reveal());
    let csrf = house.csrf("/account").await;
    let weak = [("csrf", csrf.as_str()), ("password", "password12"), ("again", "password12")];
    for (path, more) in [
        ("/account/password", &[("old", PASSWORD)][..]),
        ("/users/lin/password", &[]),
        ("/users", &[("name", "li"), ("role", "viewer"), ("scope", "all")]),
    ] {
        let refused = house.post(path, &[&weak[..], more].concat()).await;
        assert_eq!(refused.status(), 400, "{path}");
        assert!(text(&refused).contains("密码太容易被猜到"), "{path}");
        let page = scraper::Html::parse_document(&text(&refused));
        let asks = page.select(&selector("input[data-strength='/account/strength'][aria-describedby]")).count();
        assert_eq!(asks, 1, "{path}: the box whose strength is shown as it is typed");
    }
    let before = house.trail().len();
    let judged = house.post("/account/strength", &[("csrf", &csrf), ("name", "lin"), ("password", PASSWORD)]).await;
    let judged: serde_json::Value = serde_json::from_slice(judged.body()).unwrap();
    assert_eq!((judged["score"].as_u64(), judged["words"].as_str()), (Some(4), Some("很强")));
    assert_eq!(house.post("/account/strength", &[("password", PASSWORD)]).await.status(), 403, "without the token");
    assert_eq!(house.trail().len(), before, "looking at a password is no act");
}
