//! A real Chromium walks the dashboard as a person does: sets up, logs in, and follows one call
//! from Home to the bytes the platform sent.
//!
//! Here on a desk and on a phone; [`walk`] looks at every page there is, [`journeys`] has what
//! people come for. On every page the browser's console must stay silent (a blocked
//! script, a missing asset and a broken policy all speak there) and nothing may stick out
//! sideways. Screenshots of each page are left in `target/screenshots` for people to look at.

#![expect(clippy::unwrap_used, reason = "in a test an unwrap is an expectation")]

#[expect(dead_code, reason = "the integration tests use the rest")]
#[path = "../it/bodies.rs"]
mod bodies;
mod chromium;
#[expect(dead_code, reason = "the integration tests use the rest")]
#[path = "../it/client.rs"]
mod client;
#[expect(dead_code, reason = "the integration tests use the rest")]
#[path = "../it/house.rs"]
mod house;
mod journeys;
#[path = "../it/wait.rs"]
mod wait;
mod walk;

use fantoccini::{Client, Locator};
use ringback::clock::Clock;

use crate::bodies::{axb_hangup, dedicated, private, private_failed, sms, voice_callback, xml};
use crate::chromium::{Chromium, Screen};
use crate::house::{House, Server};
use crate::wait::SOON;

const PASSWORD: &str = "correct horse battery staple";

/// A server with calls of every platform, a failure, and something for Attention.
fn lively(house: &House) -> Server {
    let server = house.serve();
    let private_app = house.app("huawei-private", "order-hotline", &[]);
    let voice = house.app("huawei-voice", "callback", &[]);
    let jiuyun = house.app("jiuyun", "sales", &[]);
    let token = house.token("t", "admin");
    let push = |app, minutes, flow: Vec<String>| {
        for body in flow {
            server.push(app, minutes_ago(minutes, &body));
        }
    };
    for n in 0..6 {
        push(&private_app, 3 + n, private(&format!("order-{n}"), "004", &format!("order-{n}")));
        push(&voice, 9 + 2 * n, voice_callback(&format!("voice-{n}")));
        push(&jiuyun, 30 + 7 * n, vec![xml(&axb_hangup(&format!("axb-{n}")))]);
    }
    for (n, code) in (0..).zip([8102, 8101, 8104, 7502]) {
        push(&private_app, 5 + 11 * n, private_failed(&format!("failed-{n}"), code));
    }
    push(&jiuyun, 4, dedicated("dedicated-1", "order-9"));
    push(&private_app, 3, vec![sms("sms-1", "Notify")]);
    server.push(&private_app, "{\"eventType\":\"answer\",\"statusInfo\":{\"sessionid\":\"x\"}}");
    server.api(&token).settled();
    server.api(&token).call("dedicated-1", 4);
    server
}

/// The link that the first start prints.
fn setup_link(server: &Server) -> String {
    let said = format!("{}\n{}", server.output(), server.messages());
    let link = said.split_whitespace().find(|word| word.contains("/setup/"));
    link.unwrap_or_else(|| panic!("no setup link: {said}")).to_owned()
}

async fn fill(page: &Client, fields: &[(&str, &str)]) {
    for (name, value) in fields {
        let field = page.find(Locator::Css(&format!("main [name={name}], form [name={name}]"))).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(value).await.unwrap();
    }
    let button = page.find(Locator::Css("main form button[type=submit], main form button:not([type])")).await.unwrap();
    button.click().await.unwrap();
}

/// Follows the first link to an address of this kind.
async fn follow(page: &Client, href: &str) {
    let before = page.current_url().await.unwrap();
    let links = page.find_all(Locator::Css(&format!("main a[href^='{href}']"))).await.unwrap();
    for link in links {
        if link.is_displayed().await.unwrap() {
            // Scrolling smoothly, as pages may, lets the driver click where the link was before.
            let centre = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})";
            page.execute(centre, vec![serde_json::to_value(&link).unwrap()]).await.unwrap();
            link.click().await.unwrap();
            let is_there = |path: &str| path.starts_with(href) && path != before.path();
            return arrive(page, &format!("{before} leads to {href}"), is_there).await;
        }
    }
    panic!("{before} shows no link to {href}");
}

/// Asks for the page's numbers and bodies, which is put on record.
async fn reveal(page: &Client) {
    page.find(Locator::Css("form.reveal summary")).await.unwrap().click().await.unwrap();
    page.find(Locator::Css("form.reveal button.main")).await.unwrap().click().await.unwrap();
    page.wait().at_most(SOON).for_element(Locator::Css("form.reveal.open")).await.unwrap();
}

async fn path(page: &Client) -> String {
    page.current_url().await.unwrap().path().to_owned()
}

/// Waits until the browser stands where it should: a click returns before its page is there.
async fn arrive(page: &Client, what: &str, holds: impl Fn(&str) -> bool) {
    let look = async {
        while !holds(&path(page).await) {
            tokio::task::yield_now().await;
        }
    };
    if tokio::time::timeout(SOON, look).await.is_err() {
        panic!("{what}: still at {}", page.current_url().await.unwrap());
    }
    page.wait().at_most(SOON).for_element(Locator::Css("main")).await.unwrap();
}

/// A body whose call began some minutes ago instead of on a fixed day.
fn minutes_ago(minutes: i64, body: &str) -> String {
    let at = jiff::Timestamp::from_second(Clock::system().now().as_second() - minutes * 60).unwrap();
    let beijing = jiff::Timestamp::from_second(at.as_second() + 8 * 3600).unwrap();
    body.replace("2026-01-15 02:11", &at.strftime("%Y-%m-%d %H:%M").to_string())
        .replace("202601151011", &beijing.strftime("%Y%m%d%H%M").to_string())
        .replace("2026-01-15T02:11", &at.strftime("%Y-%m-%dT%H:%M").to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_sets_up_and_follows_a_call_to_its_bytes_at_a_desk() {
    let house = House::new();
    let server = lively(&house);
    let mut chromium = Chromium::start(Screen { name: "desk", width: 1280, height: 900, mobile: false }).await;
    let page = chromium.page.clone();
    let at = |path: &str| format!("https://{}{path}", server.address);

    // A stranger is sent to the login; the printed link makes the first administrator.
    page.goto(&at("/")).await.unwrap();
    assert_eq!(path(&page).await, "/login");
    page.goto(&setup_link(&server)).await.unwrap();
    chromium.look("setup").await;
    fill(&page, &[("name", "boss"), ("password", PASSWORD), ("again", PASSWORD)]).await;
    arrive(&page, "setting up leads on", |path| !path.starts_with("/setup")).await;
    chromium.look("apps").await;
    let text = page.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
    assert!(text.contains("order-hotline"), "{text}");

    // Home, the calls it counts, one of them, the callbacks behind it, the bytes.
    page.goto(&at("/")).await.unwrap();
    chromium.look("home").await;
    follow(&page, "/calls").await;
    chromium.look("calls").await;
    page.goto(&at("/calls?session=order-3")).await.unwrap();
    follow(&page, "/calls/").await;
    chromium.look("call").await;
    let text = page.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
    assert!(text.contains("order-3"), "{text}");
    follow(&page, "/callbacks/").await;
    reveal(&page).await;
    chromium.look("callback").await;
    let text = page.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
    assert!(text.contains("eventType") && text.contains("order-3"), "the raw callback: {text}");

    for (name, address) in [("callbacks", "/callbacks"), ("attention", "/attention"), ("help", "/help")] {
        page.goto(&at(address)).await.unwrap();
        assert_eq!(path(&page).await, address);
        chromium.look(name).await;
    }
    chromium.quit().await;
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_logs_in_and_reads_a_call_on_a_phone() {
    let house = House::new();
    let server = lively(&house);
    let mut chromium = Chromium::start(Screen { name: "phone", width: 390, height: 844, mobile: true }).await;
    let page = chromium.page.clone();
    let at = |path: &str| format!("https://{}{path}", server.address);

    page.goto(&setup_link(&server)).await.unwrap();
    fill(&page, &[("name", "boss"), ("password", PASSWORD), ("again", PASSWORD)]).await;
    arrive(&page, "setting up leads on", |path| !path.starts_with("/setup")).await;
    page.delete_all_cookies().await.unwrap();

    // A wrong password lets nobody in and says so; the right one does.
    page.goto(&at("/login")).await.unwrap();
    chromium.look("login").await;
    fill(&page, &[("name", "boss"), ("password", "wrong")]).await;
    page.wait().at_most(SOON).for_element(Locator::Css("[role=alert]")).await.unwrap();
    assert_eq!(path(&page).await, "/login");
    chromium.forget_errors("the refused login is an answer of 4xx").await;
    fill(&page, &[("name", "boss"), ("password", PASSWORD)]).await;
    arrive(&page, "logging in leads home", |path| path == "/").await;
    chromium.look("home").await;
    follow(&page, "/calls").await;
    chromium.look("calls").await;
    follow(&page, "/calls/").await;
    chromium.look("call").await;
    follow(&page, "/callbacks/").await;
    chromium.look("callback").await;
    chromium.quit().await;
    server.stop();
}
