//! What people come for, done as they do it: by typing, by keys alone, without scripts.

use fantoccini::key::Key;
use fantoccini::{Client, Locator};

use crate::bodies::private_failed;
use crate::chromium::{Chromium, Screen};
use crate::house::{House, Server};
use crate::wait::SOON;
use crate::{PASSWORD, arrive, fill, follow, lively, minutes_ago, path, reveal, setup_link};

const DESK: Screen = Screen { name: "journey", width: 1280, height: 900, mobile: false };

/// Minutes since yesterday at 19:30 in Shanghai.
fn since_yesterday_evening() -> i64 {
    let now = ringback::clock::Clock::system().now().as_second();
    let midnight = now - (now + 8 * 3600) % 86_400;
    (now - (midnight - 4 * 3600 - 1_800)) / 60
}

async fn text(page: &Client, css: &str) -> String {
    page.wait().at_most(SOON).for_element(Locator::Css(css)).await.unwrap().text().await.unwrap()
}

async fn set_up(chromium: &Chromium, server: &Server) {
    chromium.page.goto(&setup_link(server)).await.unwrap();
    fill(&chromium.page, &[("name", "boss"), ("password", PASSWORD), ("again", PASSWORD)]).await;
    arrive(&chromium.page, "setting up leads on", |path| !path.starts_with("/setup")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_call_that_0021s_courier_did_not_answer_yesterday_evening_is_found_and_says_why() {
    let house = House::new();
    let server = lively(&house);
    let app = house.app("huawei-private", "courier", &[]);
    for body in private_failed("courier-1", 8101) {
        server.push(&app, minutes_ago(since_yesterday_evening(), &body));
    }
    let token = house.token("see", "admin");
    server.api(&token).settled();
    let chromium = Chromium::start(DESK).await;
    let page = chromium.page.clone();
    set_up(&chromium, &server).await;
    page.goto(&format!("https://{}/", server.address)).await.unwrap();

    // From Home: four digits into the box at the top, yesterday, the outcome.
    let find = page.find(Locator::Css("#find")).await.unwrap();
    find.send_keys(&format!("0021{}", Key::Enter)).await.unwrap();
    arrive(&page, "the box leads to calls", |path| path == "/calls").await;
    let many = page.find_all(Locator::Css("tr.call")).await.unwrap().len();
    assert!(many > 5, "{many} calls of that number");
    page.find(Locator::Css(".pick.time > summary")).await.unwrap().click().await.unwrap();
    page.find(Locator::LinkText("昨天")).await.unwrap().click().await.unwrap();
    page.wait().at_most(SOON).for_element(Locator::XPath("//summary[contains(., '昨天')]")).await.unwrap();
    page.find(Locator::XPath("//form//summary[contains(., '结果')]")).await.unwrap().click().await.unwrap();
    let chip =
        page.find(Locator::XPath("//label[contains(@class,'chip')][normalize-space()='无人接听']")).await.unwrap();
    chip.click().await.unwrap();
    page.find(Locator::Css(".pick[open] button.main")).await.unwrap().click().await.unwrap();
    page.wait().at_most(SOON).for_element(Locator::XPath("//summary[contains(., '结果：无人接听')]")).await.unwrap();
    let rows = page.find_all(Locator::Css("tr.call")).await.unwrap();
    assert_eq!(rows.len(), 1, "{}", text(&page, "main").await);
    follow(&page, "/calls/").await;

    let why = text(&page, ".cause.first").await;
    assert!(why.contains("8101") && why.contains("处理"), "the cause and who should act: {why}");
    let story = text(&page, "main").await;
    assert!(story.contains("无人接听") && story.contains("courier"), "{story}");
    chromium.quit().await;
    server.stop();
}

/// A click on a figure showed twelve rows of controls and no call.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_begin_at_the_top_of_every_list_also_where_a_figure_leads_there() {
    let house = House::new();
    let server = lively(&house);
    let chromium = Chromium::start(DESK).await;
    let page = chromium.page.clone();
    set_up(&chromium, &server).await;
    page.goto(&format!("https://{}/", server.address)).await.unwrap();
    let figures = "return [...document.querySelectorAll('main a:is([href^=\"/calls?\"], [href^=\"/callbacks?\"])')].map((a) => a.getAttribute('href'))";
    let figures = page.execute(figures, Vec::new()).await.unwrap();
    let figures: Vec<String> = serde_json::from_value(figures).unwrap();
    assert!(figures.iter().any(|href| href.starts_with("/calls?")), "{figures:?}");
    let lists = ["/calls", "/callbacks", "/messages", "/numbers", "/calls?outcome=no_answer&outcome=busy&not_q=7"];
    let mut seen = 0;
    for href in lists.into_iter().chain(figures.iter().map(String::as_str)) {
        page.goto(&format!("https://{}{href}", server.address)).await.unwrap();
        let top = "const row = document.querySelector('main .scroll tbody tr:not(.day)'); \
                   return row && document.querySelector('.bar') ? row.getBoundingClientRect().top + scrollY : null";
        let top = page.execute(top, Vec::new()).await.unwrap();
        let Some(top) = top.as_f64() else { continue };
        assert!(top < 240.0, "{href}: the first row is at {top}");
        seen += 1;
    }
    assert!(seen >= 5, "{seen} lists had rows");
    chromium.quit().await;
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_alone_lead_to_a_call_and_a_question_mark_lists_them() {
    let house = House::new();
    let server = lively(&house);
    let mut chromium = Chromium::start(DESK).await;
    let page = chromium.page.clone();
    set_up(&chromium, &server).await;
    page.goto(&format!("https://{}/", server.address)).await.unwrap();
    let press = async |keys: &str| {
        page.active_element().await.unwrap().send_keys(keys).await.unwrap();
    };
    press("?").await;
    let keys = text(&page, "dialog[open]").await;
    assert!(keys.contains("通话"), "{keys}");
    chromium.look("keys").await;
    press(&Key::Escape.to_string()).await;
    page.wait().at_most(SOON).for_element(Locator::Css("body:not(:has(dialog))")).await.unwrap();
    press("gc").await;
    arrive(&page, "g and c lead to calls", |path| path == "/calls").await;
    press("j").await;
    press(&Key::Enter.to_string()).await;
    arrive(&page, "the first row opens", |path| path.starts_with("/calls/")).await;
    // Also where a list has boxes of its own, and where there is no box but the header's.
    for path in ["", "/callbacks", "/statistics", "/live"] {
        if !path.is_empty() {
            page.goto(&format!("https://{}{path}", server.address)).await.unwrap();
        }
        press("/").await;
        let focused = page.active_element().await.unwrap().attr("id").await.unwrap();
        assert_eq!(focused.as_deref(), Some("find"), "{path}");
    }
    chromium.quit().await;
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scripts_a_person_logs_in_finds_a_call_and_reads_its_bytes() {
    let house = House::new();
    let server = lively(&house);
    let chromium = Chromium::start(Screen { name: "scriptless", ..DESK }).await;
    let page = chromium.page.clone();
    set_up(&chromium, &server).await;
    page.delete_all_cookies().await.unwrap();
    chromium.run_scripts(false).await;
    page.goto(&format!("https://{}/calls", server.address)).await.unwrap();
    assert_eq!(path(&page).await, "/login");
    fill(&page, &[("name", "boss"), ("password", PASSWORD)]).await;
    arrive(&page, "logging in leads back", |path| path == "/calls").await;
    // Nothing that a script adds is there: the test would otherwise prove nothing.
    assert!(page.find(Locator::Css("button.live")).await.is_err());
    let find = page.find(Locator::Css("#find")).await.unwrap();
    find.send_keys(&format!("order-3{}", Key::Enter)).await.unwrap();
    page.wait().at_most(SOON).for_element(Locator::Css(".conds li")).await.unwrap();
    follow(&page, "/calls/").await;
    assert!(text(&page, "main").await.contains("order-3"));
    follow(&page, "/callbacks/").await;
    reveal(&page).await;
    let body = text(&page, "pre.body").await;
    assert!(body.contains("eventType") && body.contains("order-3"), "{body}");
    let everywhere = page.find_all(Locator::Css(".index a")).await.unwrap().len();
    assert!(everywhere >= 9, "every page is one click away");
    chromium.quit().await;
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticking_an_app_limits_a_user_to_it_with_and_without_scripts() {
    let house = House::new();
    let server = lively(&house);
    let chromium = Chromium::start(DESK).await;
    let page = chromium.page.clone();
    set_up(&chromium, &server).await;
    let chosen = async |css: &str| page.find(Locator::Css(css)).await.is_ok();
    let tick = async || page.find(Locator::Css("input[name=app]")).await.unwrap().click().await.unwrap();
    let (all, some) = ("input[name=scope][value=all]:checked", "input[name=scope][value=some]:checked");

    page.goto(&format!("https://{}/users", server.address)).await.unwrap();
    assert!(chosen(all).await);
    tick().await;
    assert!(chosen(some).await, "a tick chooses only these");
    page.find(Locator::Css("label:has([name=scope][value=all])")).await.unwrap().click().await.unwrap();
    assert!(!chosen("input[name=app]:checked").await, "all of them unticks, in sight");
    // The password's strength is said as it is typed, by the server.
    let password = page.find(Locator::Css("#password")).await.unwrap();
    password.send_keys("password12").await.unwrap();
    page.wait().at_most(SOON).for_element(Locator::Css(".strength meter:not([hidden])")).await.unwrap();
    let said = text(&page, ".strength").await;
    assert!(said.contains("太容易被猜到"), "{said}");

    chromium.run_scripts(false).await;
    page.goto(&format!("https://{}/users", server.address)).await.unwrap();
    tick().await;
    assert!(chosen(all).await, "no script chooses here");
    assert!(text(&page, ".clash").await.contains("范围是全部"), "it is said at once");
    chromium.quit().await;
    server.stop();
}
