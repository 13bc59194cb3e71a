//! Logging in at a provider: a small one of our own, over real TLS, that checks PKCE itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Response, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use warp::Filter;

use super::super::samples::selector;
use super::{House, PASSWORD, location, text};
use crate::clock::Clock;
use crate::config::OidcConfig;
use crate::domain::{Role, Secret};
use crate::http::testing::TestServer;
use crate::http::transport::body::{FORM, body};
use crate::http::transport::server::Times;
use crate::http::{HttpError, Routes};
use crate::oidc::Oidc;
use crate::service::BodyError;
use crate::state::Author;

/// What the provider knows.
#[derive(Debug, Default)]
struct Book {
    issuer: OnceLock<String>,
    /// Codes it gave out, each for one use: the challenge and the claims.
    codes: Mutex<HashMap<String, (String, Value)>>,
    refused: Mutex<Option<&'static str>>,
    /// How often it was asked for a token.
    asked: std::sync::atomic::AtomicU32,
}

impl Book {
    fn token(&self, authorization: Option<&str>, form: &HashMap<String, String>) -> Result<Value, &'static str> {
        let basic = format!("Basic {}", STANDARD.encode("ringback:very+secret%3A"));
        if authorization != Some(&basic) {
            return Err("the client is another one");
        }
        if form.get("redirect_uri").map(String::as_str) != Some("https://calls.example.com/login/oidc/callback") {
            return Err("the redirect is another one");
        }
        self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let code = form.get("code").ok_or("no code")?;
        let (challenge, claims) = self.codes.lock().unwrap().remove(code).ok_or("the code is unknown or used")?;
        let verifier = form.get("code_verifier").ok_or("no verifier")?;
        if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != challenge {
            return Err("PKCE does not hold");
        }
        Ok(claims)
    }
}

struct Provider {
    book: Arc<Book>,
    _server: TestServer,
    house: House,
}

fn routes(book: &Arc<Book>) -> Routes {
    let discovery = book.clone();
    let discovery = warp::path!(".well-known" / "openid-configuration").map(move || {
        let issuer = discovery.issuer.get().unwrap();
        let endpoint = |name: &str| format!("{issuer}/{name}");
        let document = json!({"issuer": issuer, "authorization_endpoint": endpoint("authorize"),
            "token_endpoint": endpoint("token"), "code_challenge_methods_supported": ["S256"]});
        answer(200, &document)
    });
    let book = book.clone();
    let token = warp::path!("token").and(warp::header::optional("authorization")).and(body(FORM)).map(
        move |authorization: Option<String>, body: Result<Vec<u8>, BodyError>| {
            let form: HashMap<String, String> = form_urlencoded::parse(&body.unwrap()).into_owned().collect();
            match book.token(authorization.as_deref(), &form) {
                Ok(claims) => {
                    let token = format!("e30.{}.unsigned", URL_SAFE_NO_PAD.encode(claims.to_string()));
                    answer(200, &json!({"token_type": "Bearer", "access_token": "x", "id_token": token}))
                }
                Err(why) => {
                    *book.refused.lock().unwrap() = Some(why);
                    answer(400, &json!({"error": "invalid_grant"}))
                }
            }
        },
    );
    let none = warp::any().map(|| HttpError::NotFound.into_response());
    discovery.or(token).unify().or(none).unify().boxed()
}

fn answer(status: u16, object: &Value) -> crate::http::Response {
    crate::http::respond(status.try_into().unwrap(), "application/json", object.to_string())
}

impl Provider {
    async fn start() -> Self {
        let book = Arc::new(Book::default());
        let server = TestServer::start(Times::default(), routes(&book)).await;
        let issuer = format!("https://localhost:{}", server.address.port());
        book.issuer.set(issuer.clone()).unwrap();
        let secret = server.dir.path().join("oidc.secret");
        std::fs::write(&secret, "very secret:\n").unwrap();
        let config = OidcConfig {
            issuer,
            client_id: "ringback".into(),
            client_secret_file: secret,
            scopes: "openid profile".into(),
            name: "Acme".into(),
            name_claim: "preferred_username".into(),
            role_claim: "groups".into(),
            roles: vec![("ops".into(), Role::Operator), ("boss".into(), Role::Admin)],
            default_role: None,
            allowed_domains: Vec::new(),
            extra_roots: Some(server.dir.path().join("self-signed.crt")),
        };
        let oidc = Oidc::new(config, "https://calls.example.com", Clock::system()).unwrap();
        let house = House::with(Some(oidc)).await;
        let by = Author::of_tests();
        house.context.state.add_user(&by, "lin", Role::Admin, &Secret::new(PASSWORD)).await.unwrap();
        Self { book, _server: server, house }
    }

    /// Begins a login, has the provider give a code for somebody, and gives where to come back.
    async fn begin(&mut self, change: impl FnOnce(&mut Value)) -> String {
        self.house.cookie = String::new();
        let sent = self.house.get("/login/oidc?next=%2Fcalls").await;
        assert_eq!(sent.status(), 303, "{}", text(&sent));
        self.house.cookie = cookie(&sent, "__Host-ringback_oidc").unwrap();
        let (address, query) = location(&sent).split_once('?').unwrap();
        let issuer = self.book.issuer.get().unwrap();
        assert_eq!(address, format!("{issuer}/authorize"));
        let query: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert_eq!((query["response_type"].as_str(), query["code_challenge_method"].as_str()), ("code", "S256"));
        assert_eq!(query["scope"], "openid profile");
        let now = self.house.context.clock.now().as_second();
        let mut claims = json!({"iss": issuer, "aud": "ringback", "sub": "7", "nonce": query["nonce"], "iat": now,
            "exp": now + 300, "preferred_username": "赵敏", "groups": ["ops"]});
        change(&mut claims);
        let code = format!("code-{}", query["state"]);
        let challenge = query["code_challenge"].clone();
        self.book.codes.lock().unwrap().insert(code.clone(), (challenge, claims));
        format!("/login/oidc/callback?state={}&code={code}", query["state"])
    }
}

fn cookie(answer: &Response<bytes::Bytes>, name: &str) -> Option<String> {
    let all = answer.headers().get_all(header::SET_COOKIE).into_iter().map(|value| value.to_str().unwrap());
    all.map(|value| value.split(';').next().unwrap().to_owned()).find(|value| value.starts_with(name))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_the_provider_comes_in_and_gets_the_role_of_the_day() {
    let mut provider = Provider::start().await;
    let login = provider.house.page("/login?next=%2Fcalls").await;
    let button = login.select(&selector("p.outside a")).next().unwrap();
    assert_eq!(button.attr("href"), Some("/login/oidc?next=%2Fcalls"));
    for (groups, role) in [("ops", Role::Operator), ("boss", Role::Admin)] {
        let back = provider.begin(|claims| claims["groups"] = json!(["everyone", groups])).await;
        let came = provider.house.get(&back).await;
        assert_eq!((came.status().as_u16(), location(&came)), (303, "/calls"), "{}", text(&came));
        provider.house.cookie = cookie(&came, "__Host-ringback_login").unwrap();
        provider.house.page("/calls").await;
        let user = provider.house.context.state.user("赵敏").unwrap();
        assert_eq!((user.role, user.outside.unwrap().subject.as_str()), (role, "7"));
    }
    assert_eq!(provider.house.context.state.users().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_come_back_from_their_own_login_is_not_let_in() {
    let mut provider = Provider::start().await;
    let refused = async |house: &House, back: &str, why: &str| {
        let came = house.get(back).await;
        assert_eq!(came.status(), 401, "{why}: {}", text(&came));
        assert!(cookie(&came, "__Host-ringback_login").is_none(), "{why}");
    };
    let back = provider.begin(|_| {}).await;
    let other = back.replacen("state=", "state=x", 1);
    refused(&provider.house, &other, "another state").await;
    let own = std::mem::take(&mut provider.house.cookie);
    refused(&provider.house, &back, "a browser that began nothing").await;
    provider.house.cookie = own;
    provider.house.get(&back).await;
    refused(&provider.house, &back, "a code used twice").await;

    // A code that was given to another browser: PKCE is what keeps it from being used here.
    let theirs = provider.begin(|_| {}).await;
    let code = theirs.split("code=").nth(1).unwrap().to_owned();
    let mine = provider.begin(|_| {}).await;
    let injected = format!("{}code={code}", mine.split("code=").next().unwrap());
    refused(&provider.house, &injected, "another's code").await;
    assert_eq!(*provider.book.refused.lock().unwrap(), Some("PKCE does not hold"));
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_that_do_not_hold_and_people_without_a_role_stay_outside() {
    let mut provider = Provider::start().await;
    for (claim, value) in [
        ("nonce", json!("of another login")),
        ("aud", json!("another client")),
        ("iss", json!("https://evil.example")),
        ("exp", json!(1)),
        ("groups", json!(["everyone"])),
        // A local user's name is not taken over.
        ("preferred_username", json!("lin")),
    ] {
        let back = provider.begin(|claims| claims[claim] = value).await;
        let came = provider.house.get(&back).await;
        assert_eq!(came.status(), 401, "{claim}: {}", text(&came));
        assert!(cookie(&came, "__Host-ringback_login").is_none(), "{claim}");
    }
    assert_eq!(provider.house.context.state.users().len(), 1);
    let away = provider.house.get("/login/oidc/callback?error=access_denied").await;
    assert_eq!(away.status(), 401);
}

/// Ten requests by nobody kept a whole company out of its own login for a quarter of an hour.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_began_no_login_uses_up_nobodys_tries() {
    let mut provider = Provider::start().await;
    for n in 0..=crate::limits::LOGIN_TRIES_PEER {
        let came = provider.house.get(&format!("/login/oidc/callback?state=x{n}&code=y")).await;
        assert_eq!(came.status(), 401, "{}", text(&came));
    }
    let back = provider.begin(|_| {}).await;
    let came = provider.house.get(&back).await;
    assert_eq!((came.status().as_u16(), location(&came)), (303, "/calls"), "{}", text(&came));
    // Who did begin is counted, by where they are: each asks the provider.
    let asked = || provider.book.asked.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(asked(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_that_are_answered_wrongly_are_counted_by_address() {
    let mut provider = Provider::start().await;
    for _ in 0..crate::limits::LOGIN_TRIES_PEER {
        let back = provider.begin(|_| {}).await;
        let wrong = back.replacen("code=", "code=not-", 1);
        assert_eq!(provider.house.get(&wrong).await.status(), 401);
    }
    let back = provider.begin(|_| {}).await;
    let held = provider.house.get(&back).await;
    assert_eq!(held.status(), 429, "{}", text(&held));
    assert!(held.headers().contains_key(header::RETRY_AFTER));
}

/// A provider that took a code twice gave two logins for one ticket.
#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_good_for_one_answer_whatever_the_provider_takes() {
    let mut provider = Provider::start().await;
    let back = provider.begin(|_| {}).await;
    let code = back.split("code=").nth(1).unwrap().to_owned();
    let known = provider.book.codes.lock().unwrap().get(&code).cloned().unwrap();
    assert_eq!(provider.house.get(&back).await.status(), 303);
    provider.book.codes.lock().unwrap().insert(code, known);
    let again = provider.house.get(&back).await;
    assert_eq!(again.status(), 401, "{}", text(&again));
    assert!(cookie(&again, "__Host-ringback_login").is_none());
    let asked = provider.book.asked.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(asked, 1, "the provider was not asked again");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_put_on_record_nobody_gets_in_by_the_provider() {
    let mut provider = Provider::start().await;
    let back = provider.begin(|_| {}).await;
    assert_eq!(provider.house.get(&back).await.status(), 303, "whoever is known already");
    let logins = |provider: &Provider| provider.house.context.state.logins(None).len();
    let before = logins(&provider);
    provider.house.refuse_records();
    for (subject, name) in [("7", "赵敏"), ("8", "钱进")] {
        let back = provider
            .begin(|claims| {
                claims["sub"] = json!(subject);
                claims["preferred_username"] = json!(name);
            })
            .await;
        let came = provider.house.get(&back).await;
        assert_eq!(came.status(), 503, "{name}: {}", text(&came));
        assert!(cookie(&came, "__Host-ringback_login").is_none(), "{name}");
    }
    assert!(provider.house.context.state.user("钱进").is_none(), "nobody new is known");
    assert_eq!(logins(&provider), before);
}
