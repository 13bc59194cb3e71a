//! The dashboard in a real server: state, journal, projector, store and TLS as they are, a
//! browser's requests from the outside.
//!
//! What a page looks like is tested beside the page, from its sample; here it is the ways
//! through several: setup, login, a first callback, rights, forgery.

mod contradictions;
mod decided;
mod doors;
mod evidence;
mod figures;
mod oidc;
mod people;
mod record;
mod rights;
mod routing;
mod rules;
mod system;
mod test_callbacks;
mod words;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::Full;
use scraper::Html;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::samples::{self, selector};
use crate::clock::Clock;
use crate::domain::{ActorId, ActorKind, AppId, Role, Secret};
use crate::http::testing::{Client, SOON, TestServer};
use crate::http::transport::server::Times;
use crate::service::testing::Installation;
use crate::state::{Author, Visit};

pub(super) const PASSWORD: &str = "correct horse battery";

/// A whole installation and one browser before it.
pub(super) struct House {
    installation: Installation,
    pub(super) server: TestServer,
    pub(super) cookie: String,
}

impl std::ops::Deref for House {
    type Target = Installation;

    fn deref(&self) -> &Installation {
        &self.installation
    }
}

impl House {
    pub(super) async fn new() -> Self {
        Self::with(None).await
    }

    pub(super) async fn with(oidc: Option<crate::oidc::Oidc>) -> Self {
        let server = |data: &Path, clock: &Clock| {
            let mut server = samples::server();
            server.data = data.to_owned();
            server.started_at = clock.now();
            server
        };
        let installation = Installation::with(oidc, server);
        let routes = crate::http::routes(&installation.context, &Arc::default());
        let server = TestServer::start(Times::default(), routes).await;
        Self { installation, server, cookie: String::new() }
    }

    /// A house with its first administrator, logged in.
    pub(super) async fn with_admin() -> Self {
        let mut house = Self::new().await;
        let code = house.context.state.setup_code().unwrap();
        let (cookie, _) =
            house.context.state.set_up(&Visit::of_tests(), code.reveal(), "lin", &Secret::new(PASSWORD)).await.unwrap();
        house.cookie = format!("__Host-ringback_login={}", cookie.reveal());
        house
    }

    /// The browser becomes another person's.
    async fn become_user(&mut self, name: &str, role: Role) {
        self.context.state.add_user(&Author::of_tests(), name, role, &Secret::new(PASSWORD)).await.unwrap();
        let (cookie, _) =
            self.context.state.log_in(&Visit::of_tests(), name, &Secret::new(PASSWORD)).await.unwrap().unwrap();
        self.cookie = format!("__Host-ringback_login={}", cookie.reveal());
    }

    pub(super) async fn client(&self) -> Client {
        let stream: TlsStream<TcpStream> = self.server.connect(&[b"http/1.1"]).await;
        Client::new(stream).await
    }

    pub(super) async fn get(&self, path: &str) -> Response<Bytes> {
        let request = Request::get(path).header(header::HOST, "localhost").header(header::COOKIE, &self.cookie);
        self.client().await.send(request.body(Full::default()).unwrap()).await.unwrap()
    }

    pub(super) async fn page(&self, path: &str) -> Html {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}: {}", text(&response));
        Html::parse_document(&text(&response))
    }

    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response<Bytes> {
        self.post_from(path, fields, "https://localhost").await
    }

    async fn post_from(&self, path: &str, fields: &[(&str, &str)], origin: &str) -> Response<Bytes> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::HOST, "localhost")
            .header(header::ORIGIN, origin)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.client().await.send(request.body(Full::new(form.into())).unwrap()).await.unwrap()
    }

    /// The token that forms on `path` carry.
    pub(super) async fn csrf(&self, path: &str) -> String {
        let page = self.page(path).await;
        page.select(&selector("input[name=csrf]")).next().unwrap().attr("value").unwrap().to_owned()
    }

    /// Receives samples of an app's platform, as the platform would send them.
    pub(super) async fn receive_samples(&self, app: AppId, wanted: impl Fn(&str) -> bool) -> u64 {
        let app = self.context.state.app(app).unwrap();
        let samples = crate::platforms::by_id(app.provider).unwrap().samples();
        let mut count = 0;
        for sample in samples.iter().filter(|sample| wanted(sample.name)) {
            let callback = crate::domain::Callback {
                app: app.id,
                provider: app.provider,
                received_at: self.context.clock.now(),
                peer: std::net::Ipv4Addr::LOCALHOST.into(),
                tail: String::new(),
                target: String::new(),
                hosts: Vec::new(),
                headers: vec![("content-type".to_owned(), sample.content_type.to_owned())],
                body: sample.body.as_bytes().to_vec(),
            };
            self.context.ingest.receive(app.clone(), callback).await.unwrap();
            count += 1;
        }
        count
    }

    /// Waits until everything in the journal is in the store.
    pub(super) async fn settled(&self, callbacks: u64) {
        let deadline = Instant::now() + SOON;
        while self.context.store.status().callbacks < callbacks {
            assert!(Instant::now() < deadline, "the projector did not come to it");
            tokio::task::yield_now().await;
        }
    }
}

pub(super) fn text(response: &Response<Bytes>) -> String {
    String::from_utf8_lossy(response.body()).into_owned()
}

pub(super) fn location(response: &Response<Bytes>) -> &str {
    response.headers()[header::LOCATION].to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_setup_link_to_the_first_call() {
    let mut house = House::new().await;
    let code = house.context.state.setup_code().unwrap().reveal().to_owned();
    let link = format!("/setup/{code}");
    house.page(&link).await;
    let short = house.post(&link, &[("name", "lin"), ("password", "short"), ("again", "short")]).await;
    assert_eq!(short.status(), 400);
    let made = house.post(&link, &[("name", "lin"), ("password", PASSWORD), ("again", PASSWORD)]).await;
    assert_eq!((made.status().as_u16(), location(&made)), (303, "/apps?done=welcome"));
    let cookie = made.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("Secure"), "{cookie}");
    house.cookie = cookie.split(';').next().unwrap().to_owned();
    assert_eq!(house.get(&link).await.status(), 404, "the link works once");

    let csrf = house.csrf("/apps?done=welcome").await;
    let form = [("csrf", csrf.as_str()), ("provider", "huawei-private"), ("name", "courier")];
    let added = house.post("/apps", &form).await;
    assert_eq!((added.status().as_u16(), location(&added)), (303, "/apps/1?done=added"), "{}", text(&added));
    let page = house.page("/apps/1?done=added").await;
    let token = house.context.state.app(AppId(1)).unwrap().token.reveal().to_owned();
    let url: String = page.select(&selector("code.url")).next().unwrap().text().collect();
    assert!(url.contains(&token), "{url}");

    let names: Vec<&str> = page.select(&selector("select#sample option")).filter_map(|o| o.attr("value")).collect();
    for name in &names {
        let tested = house.post("/apps/1/test", &[("csrf", &csrf), ("sample", name)]).await;
        assert!(location(&tested).contains("&status=200&callback="), "{name}: {}", location(&tested));
        assert!(location(&tested).ends_with("#test"), "{name}: {}", location(&tested));
    }
    house.settled(names.len() as u64).await;

    let calls = house.page("/calls?test=any").await;
    let call = calls.select(&selector("tr.call a.go")).next().unwrap().attr("href").unwrap().to_owned();
    let call = house.page(&call).await;
    let callback = call.select(&selector("a[href^='/callbacks/']")).next().unwrap().attr("href").unwrap().to_owned();
    for view in ["", "?view=raw", "?view=hex"] {
        house.page(&format!("{callback}{view}")).await;
    }
    house.post("/reveal", &[("csrf", &csrf), ("page", &callback)]).await;
    assert_eq!(house.get(&format!("{callback}/raw")).await.headers()[header::CONTENT_TYPE], "application/octet-stream");
    for path in ["/", "/callbacks", "/attention", "/messages", "/numbers", "/apps", "/system", "/help", "/help/jiuyun"]
    {
        let response = house.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert!(
            response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_login_every_page_leads_to_it_and_back() {
    let mut house = House::with_admin().await;
    house.cookie = String::new();
    let asked = house.get("/calls?number=0021").await;
    assert_eq!((asked.status().as_u16(), location(&asked)), (303, "/login?next=%2Fcalls%3Fnumber%3D0021"));
    let form = house.page(location(&asked)).await;
    let next = form.select(&selector("input[name=next]")).next().unwrap().attr("value").unwrap().to_owned();
    let wrong = house.post("/login", &[("name", "lin"), ("password", "wrong"), ("next", &next)]).await;
    assert_eq!(wrong.status(), 401);
    assert!(wrong.headers().get(header::SET_COOKIE).is_none());
    let right = house.post("/login", &[("name", "lin"), ("password", PASSWORD), ("next", &next)]).await;
    assert_eq!((right.status().as_u16(), location(&right)), (303, "/calls?number=0021"));
    house.cookie = right.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let csrf = house.csrf("/calls?number=0021").await;
    assert_eq!(location(&house.post("/logout", &[("csrf", &csrf)]).await), "/login");
    assert_eq!(house.get("/calls").await.status(), 303, "the cookie is worth nothing after the logout");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_form_changes_nothing() {
    let house = House::with_admin().await;
    let csrf = house.csrf("/apps").await;
    let form = |csrf| [("csrf", csrf), ("provider", "jiuyun"), ("name", "hotline")];
    assert_eq!(house.post("/apps", &form("")).await.status(), 403);
    assert_eq!(house.post("/apps", &form("guessed")).await.status(), 403);
    assert_eq!(house.post_from("/apps", &form(&csrf), "https://evil.example").await.status(), 403);
    assert!(house.context.state.apps().is_empty());
    assert_eq!(house.post("/apps", &form(&csrf)).await.status(), 303);
    let login = [("name", "lin"), ("password", PASSWORD)];
    assert_eq!(house.post_from("/login", &login, "https://evil.example").await.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guesser_is_made_to_wait_even_with_the_right_password() {
    let mut house = House::with_admin().await;
    house.cookie = String::new();
    for _ in 0..crate::limits::LOGIN_TRIES_NAME {
        assert_eq!(house.post("/login", &[("name", "lin"), ("password", "guess")]).await.status(), 401);
    }
    let held = house.post("/login", &[("name", "lin"), ("password", PASSWORD)]).await;
    assert_eq!(held.status(), 429);
    let wait: u64 = held.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=crate::limits::LOGIN_WINDOW.as_secs()).contains(&wait), "{wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_looks_changes_nothing_and_reads_bodies_masked() {
    let mut house = House::with_admin().await;
    let csrf = house.csrf("/apps").await;
    house.post("/apps", &[("csrf", &csrf), ("provider", "huawei-private"), ("name", "courier")]).await;
    house.receive_samples(AppId(1), |name| name == "fee-axb").await;
    house.settled(1).await;
    let seq = house.context.store.callbacks(&Default::default(), &Default::default()).unwrap().items[0].seq;

    house.become_user("wang", Role::Viewer).await;
    assert_eq!(house.get(&format!("/callbacks/{seq}/raw")).await.status(), 403);
    let callback = house.page(&format!("/callbacks/{seq}")).await;
    let body: String = callback.select(&selector("pre.body")).next().unwrap().text().collect();
    assert!(body.contains("feeLst") && body.contains("****"), "{body}");
    assert!(callback.select(&selector("table.headers")).next().is_none());
    let token = house.context.state.app(AppId(1)).unwrap().token.reveal().to_owned();
    assert!(!text(&house.get("/apps/1").await).contains(&token));
    let csrf = house.csrf("/apps").await;
    for (path, fields) in
        [("/apps", [("provider", "jiuyun"), ("name", "x")]), ("/apps/1/remove", [("confirm", "courier"), ("", "")])]
    {
        let refused = house.post(path, &[("csrf", &csrf), fields[0], fields[1]]).await;
        assert_eq!(refused.status(), 403, "{path}");
    }
    assert_eq!(house.context.state.apps().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_on_a_page_and_pages_are_not_taken_for_callback_addresses() {
    let house = House::with_admin().await;
    for path in ["/nowhere", "/calls/xyz", "/callbacks/99", "/apps/7", "/help/nobody"] {
        let response = house.get(path).await;
        assert_eq!(response.status(), 404, "{path}");
        let page = Html::parse_document(&text(&response));
        assert!(page.select(&selector("main h1")).next().is_some(), "{path}");
    }
    assert_eq!(house.get("/callbacks/a-token-of-a-platform").await.status(), 405);
    let unknown = house.get("/calls?colour=red").await;
    assert_eq!(unknown.status(), 400);
    let canonical = house.get("/calls?number=138+0000-0021&q=&not=number").await;
    assert_eq!((canonical.status().as_u16(), location(&canonical)), (303, "/calls?not_number=13800000021"));
}

#[tokio::test(flavor = "multi_thread")]
async fn language_theme_and_utc_are_remembered() {
    let mut house = House::with_admin().await;
    let csrf = house.csrf("/").await;
    let set = house
        .post("/preferences", &[("csrf", &csrf), ("back", "/help"), ("lang", "en"), ("theme", "dark"), ("utc", "on")])
        .await;
    assert_eq!(location(&set), "/help");
    for cookie in set.headers().get_all(header::SET_COOKIE) {
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        house.cookie.push_str(&format!("; {pair}"));
    }
    let page = house.page("/help").await;
    let html = page.root_element();
    assert_eq!((html.attr("lang"), html.attr("data-theme")), (Some("en"), Some("dark")));
    // As the other two it holds on every page, also before login and where something went wrong.
    let signed_in = house.cookie.clone();
    for (cookie, path) in [(signed_in.as_str(), "/calls"), (&signed_in, "/nowhere"), ("ringback_utc=on", "/login")] {
        house.cookie = cookie.to_owned();
        let page = Html::parse_document(&text(&house.get(path).await));
        assert_eq!(page.root_element().attr("data-utc"), Some("on"), "{path}");
        let switch = page.select(&selector("header button[name=utc]")).next().expect(path);
        assert_eq!((switch.attr("value"), switch.attr("aria-pressed")), (Some("off"), Some("true")), "{path}");
    }
}

#[tokio::test]
async fn a_search_is_saved_found_above_its_list_and_forgotten() {
    let mut house = House::with_admin().await;
    let query = "outcome=busy&not_number=0021";
    let page = house.page(&format!("/calls?{query}")).await;
    let value = |name: &str| {
        let input = format!("form[action='/searches'] input[name={name}]");
        page.select(&selector(&input)).next().unwrap().attr("value").unwrap().to_owned()
    };
    let (csrf, list, saved, back) = (value("csrf"), value("list"), value("query"), value("back"));
    assert_eq!((list.as_str(), saved.as_str()), ("calls", query));
    let fields = [
        ("csrf", csrf.as_str()),
        ("list", &list),
        ("query", &saved),
        ("back", &back),
        ("name", "昨晚"),
        ("shared", "1"),
    ];
    let response = house.post("/searches", &fields).await;
    assert_eq!(location(&response), format!("/calls?{query}&saving=made"));
    let page = house.page(location(&response)).await;
    let notice: String = page.select(&selector(".notice.good")).next().unwrap().text().collect();
    assert!(notice.contains("已保存"), "{notice}");
    assert_eq!(
        page.select(&selector("form[action='/searches'] input[name=back]")).next().unwrap().attr("value"),
        Some(&*back)
    );
    let again = house.post("/searches", &fields).await;
    assert_eq!(location(&again), format!("/calls?{query}&saving=replaced"));
    let mut nameless = fields;
    nameless[4].1 = " ";
    let refused = house.post("/searches", &nameless).await;
    let page = house.page(location(&refused)).await;
    let notice: String = page.select(&selector(".notice.bad")).next().unwrap().text().collect();
    assert!(notice.contains("没有保存") && notice.contains("64"), "{notice}");
    house.become_user("wang", Role::Viewer).await;
    let page = house.page("/calls").await;
    let link = page.select(&selector(".saved a")).next().expect("a shared search is everybody's");
    assert_eq!(link.attr("href"), Some(&*format!("/calls?{query}")));
    assert!(page.select(&selector(".saved form")).next().is_none(), "a viewer cannot remove it");
    let csrf = house.csrf("/calls").await;
    let id = house.context.state.searches(&ActorId::new(ActorKind::User, "lin"), None)[0].id.clone();
    let refused = house.post(&format!("/searches/{id}/remove"), &[("csrf", csrf.as_str())]).await;
    assert_eq!(refused.status(), 404);
}

#[tokio::test]
async fn a_wrong_filter_is_told_on_the_page_of_its_list() {
    let house = House::with_admin().await;
    for (path, said) in [
        ("/calls?outcome=bussy", "outcome=bussy"),
        ("/callbacks?peer=home", "IP 地址"),
        ("/messages?mode=x", "notify"),
        ("/numbers?state=x", "paused"),
        ("/calls?limit=1&limit=2", "只能写一次"),
        ("/calls?cursor=old", "请从第一页重新开始"),
    ] {
        let response = house.get(path).await;
        assert_eq!(response.status(), 400, "{path}");
        let page = Html::parse_document(&text(&response));
        let notice: String = page.select(&selector("[role=alert]")).next().expect(path).text().collect();
        assert!(notice.contains(said), "{path}: {notice}");
    }
}
