//! Users, tokens and the second factor, by a browser's ways through several pages.

use http::{Request, header};
use http_body_util::Full;

use super::super::samples::selector;
use super::{House, PASSWORD, location, text};
use crate::domain::{Role, Scope};
use crate::state::{Visit, totp};

/// A cookie that an answer sets, as the browser sends it back.
fn cookie(answer: &http::Response<bytes::Bytes>, name: &str) -> Option<String> {
    let all = answer.headers().get_all(header::SET_COOKIE).into_iter().map(|value| value.to_str().unwrap());
    all.map(|value| value.split(';').next().unwrap().to_owned()).find(|value| value.starts_with(name))
}

/// Sets a second factor up on the page; gives its secret and the recovery codes.
async fn enrol(house: &House) -> (String, Vec<String>) {
    let page = house.page("/account/second-factor").await;
    let value = |name: &str| {
        let input = page.select(&selector(&format!("input[name={name}]"))).next_back().unwrap();
        input.attr("value").unwrap().to_owned()
    };
    let secret: String = page.select(&selector("code#secret")).next().unwrap().text().collect();
    let secret = secret.replace(' ', "");
    let (csrf, sealed) = (value("csrf"), value("sealed"));
    let wrong = [("csrf", csrf.as_str()), ("sealed", &sealed), ("code", "000000")];
    assert_eq!(house.post("/account/second-factor", &wrong).await.status(), 400);
    let code = totp::now(&secret, house.context.clock.now());
    let right = [("csrf", csrf.as_str()), ("sealed", &sealed), ("code", &code)];
    let on = house.post("/account/second-factor", &right).await;
    assert_eq!(on.status(), 200, "{}", text(&on));
    let page = scraper::Html::parse_document(&text(&on));
    let codes: Vec<String> = page.select(&selector("ul.codes code")).map(|code| code.text().collect()).collect();
    assert_eq!(codes.len(), crate::limits::RECOVERY_CODES);
    assert!(!text(&house.get("/account/second-factor").await).contains(&codes[0]), "they are shown once");
    (secret, codes)
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_second_factor_a_login_takes_two_steps() {
    let mut house = House::with_admin().await;
    let (secret, codes) = enrol(&house).await;
    house.cookie = String::new();
    let form = [("name", "lin"), ("password", PASSWORD), ("next", "/calls")];
    let first = house.post("/login", &form).await;
    assert_eq!((first.status().as_u16(), location(&first)), (303, "/login/code?next=%2Fcalls"));
    assert!(cookie(&first, "__Host-ringback_login").is_none());
    assert_eq!(house.get("/login/code").await.status(), 303, "without the pass there is nothing");
    house.cookie = cookie(&first, "__Host-ringback_pass").unwrap();
    assert_eq!(house.get("/calls").await.status(), 303, "the pass opens nothing by itself");
    house.page("/login/code?next=%2Fcalls").await;
    let spent = totp::now(&secret, house.context.clock.now());
    let spent = house.post("/login/code", &[("code", spent.as_str()), ("next", "/calls")]).await;
    assert_eq!(spent.status(), 401, "it switched the second factor on: {}", text(&spent));
    let second = house.post("/login/code", &[("code", codes[0].as_str()), ("next", "/calls")]).await;
    assert_eq!((second.status().as_u16(), location(&second)), (303, "/calls"));
    let pass = std::mem::replace(&mut house.cookie, cookie(&second, "__Host-ringback_login").unwrap());
    house.page("/calls").await;
    house.cookie = pass;
    let again = house.post("/login/code", &[("code", codes[0].as_str())]).await;
    assert_eq!(again.status(), 401, "a recovery code works once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guesser_of_codes_is_made_to_wait_however_often_he_knows_the_password() {
    let mut house = House::with_admin().await;
    let (_, codes) = enrol(&house).await;
    house.cookie = String::new();
    let mut last = 0;
    for _ in 0..=crate::limits::LOGIN_TRIES_NAME {
        let first = house.post("/login", &[("name", "lin"), ("password", PASSWORD)]).await;
        house.cookie = cookie(&first, "__Host-ringback_pass").unwrap();
        last = house.post("/login/code", &[("code", "000000")]).await.status().as_u16();
    }
    assert_eq!(last, 429);
    let right = house.post("/login/code", &[("code", codes[0].as_str())]).await;
    assert_eq!(right.status(), 429);
    assert!(right.headers().contains_key(header::RETRY_AFTER));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_owes_a_second_factor_sets_it_up_before_anything_else() {
    let house = House::with_admin().await;
    let csrf = house.csrf("/users").await;
    let asked = house.post("/second-factor", &[("csrf", &csrf), ("required", "admin")]).await;
    assert_eq!(location(&asked), "/users?done=demand");
    for path in ["/", "/calls", "/users", "/account", "/help"] {
        assert_eq!(location(&house.get(path).await), "/account/second-factor", "{path}");
    }
    let api = Request::get("/api/v1/calls").header(header::HOST, "localhost").header(header::COOKIE, &house.cookie);
    let api = house.client().await.send(api.body(Full::default()).unwrap()).await.unwrap();
    assert_eq!(api.status(), 403);
    assert_eq!(house.post("/users", &[("csrf", &csrf)]).await.status(), 403);
    enrol(&house).await;
    house.page("/").await;
    let off = house.post("/account/second-factor/off", &[("csrf", &csrf), ("password", "wrong")]).await;
    assert_eq!(off.status(), 400);
    let off = house.post("/account/second-factor/off", &[("csrf", &csrf), ("password", PASSWORD)]).await;
    assert_eq!(location(&off), "/account/second-factor");
    assert_eq!(house.get("/").await.status(), 303, "and it is owed again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_added_narrowed_and_removed_on_pages() {
    let house = House::with_admin().await;
    let csrf = house.csrf("/apps").await;
    house.post("/apps", &[("csrf", &csrf), ("provider", "jiuyun"), ("name", "hotline")]).await;
    let form = |password| {
        [
            ("csrf", csrf.as_str()),
            ("name", "王 五"),
            ("role", "operator"),
            ("scope", "all"),
            ("password", password),
            ("again", password),
        ]
    };
    let short = house.post("/users", &form("short")).await;
    assert_eq!(short.status(), 400);
    assert!(!text(&short).contains("value=\"short\""), "a password is not repeated");
    assert_eq!(location(&house.post("/users", &form(PASSWORD)).await), "/users?done=added");
    let page = house.page("/users").await;
    let links: Vec<&str> = page.select(&selector("table.users a")).filter_map(|link| link.attr("href")).collect();
    let href = links.into_iter().find(|href| href.contains('%')).unwrap().to_owned();
    house.page(&href).await;
    let state = &house.context.state;
    let (cookie, _) =
        state.log_in(&Visit::of_tests(), "王 五", &crate::domain::Secret::new(PASSWORD)).await.unwrap().unwrap();

    let none = [("csrf", csrf.as_str()), ("role", "viewer"), ("scope", "some")];
    assert_eq!(house.post(&href, &none).await.status(), 400, "some, and none of them chosen");
    let one = [("csrf", csrf.as_str()), ("role", "viewer"), ("scope", "some"), ("app", "1")];
    assert!(location(&house.post(&href, &one).await).ends_with("?done=changed"));
    let user = state.user("王 五").unwrap();
    assert_eq!((user.role, user.scope), (Role::Viewer, Scope::Apps([crate::domain::AppId(1)].into())));
    assert!(state.login(cookie.reveal()).is_none(), "rights were lost");

    let lin = [("csrf", csrf.as_str()), ("role", "viewer"), ("scope", "all")];
    assert_eq!(house.post("/users/lin", &lin).await.status(), 400, "the last administrator");
    let wrong = house.post(&format!("{href}/remove"), &[("csrf", &csrf), ("confirm", "lin")]).await;
    assert_eq!(wrong.status(), 400);
    let gone = house.post(&format!("{href}/remove"), &[("csrf", &csrf), ("confirm", "王 五")]).await;
    assert_eq!(location(&gone), "/users?done=removed");
    assert_eq!(house.get(&href).await.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_and_taken_back() {
    let house = House::with_admin().await;
    let csrf = house.csrf("/tokens").await;
    let form = [("csrf", csrf.as_str()), ("name", "报表"), ("role", "viewer"), ("scope", "all"), ("expires", "90")];
    let made = house.post("/tokens", &form).await;
    assert_eq!(made.status(), 201, "{}", text(&made));
    let page = scraper::Html::parse_document(&text(&made));
    let token: String = page.select(&selector("code#token")).next().unwrap().text().collect();
    assert!(house.context.state.bearer(&token).is_some());
    assert!(house.context.state.tokens()[0].expires_at.is_some());
    assert!(!text(&house.get("/tokens").await).contains(&token));
    assert_eq!(house.post("/tokens", &form).await.status(), 400, "the name is taken");
    let revoked = house.post("/tokens/%E6%8A%A5%E8%A1%A8/revoke", &[("csrf", &csrf)]).await;
    assert_eq!(location(&revoked), "/tokens?done=revoked");
    assert!(house.context.state.bearer(&token).is_none());
}
