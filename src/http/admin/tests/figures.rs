//! Every figure that is a link leads to exactly the rows it counts: all pages of a seeded
//! installation are walked, every such link is followed, and the rows there are counted.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::Full;
use jiff::{SignedDuration, Timestamp};
use scraper::{ElementRef, Html};

use super::super::samples::selector;
use super::{House, text};
use crate::domain::App;
use crate::http::testing::Client;
use crate::limits::PAGE_DEFAULT;

/// Addresses of one path that are walked: the rest differ in ids and filters alone.
const OF_ONE_SHAPE: usize = 8;
/// Lists: where a bare number as a link must be a count.
const LISTS: [&str; 8] =
    ["/calls", "/callbacks", "/messages", "/numbers", "/bindings", "/decisions", "/recordings", "/attention"];

/// A call of 隐私保护通话 that began so many seconds ago, told up to a step.
struct Played<'a> {
    session: &'a str,
    now: Timestamp,
    ago: i64,
}

impl Played<'_> {
    fn at(&self, seconds: i64) -> String {
        let at = self.now - SignedDuration::from_secs(self.ago - seconds);
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    fn event(&self, kind: &str, seconds: i64, called: &str, more: &str) -> String {
        format!(
            r#"{{"eventType":"{kind}","statusInfo":{{"timestamp":"{}","sessionId":"{}","caller":"+8613800000021","called":"{called}"{more}}}}}"#,
            self.at(seconds),
            self.session
        )
    }

    fn events(&self, steps: usize) -> Vec<String> {
        let all = [
            self.event("callin", 0, "+8617000000001", ""),
            self.event("callout", 1, "+8613900000042", ""),
            self.event("alerting", 3, "+8613900000042", ""),
            self.event("answer", 8, "+8613900000042", ""),
        ];
        all.into_iter().take(steps).collect()
    }

    fn hang_up(&self, seconds: i64, code: u32) -> String {
        self.event("disconnect", seconds, "+8613900000042", &format!(r#","stateCode":{code}"#))
    }

    /// Its record: answered with so much talk, or failed with a code, and beside it one of SIP.
    fn record(&self, talk: i64, code: u32, (x, y): (&str, &str), recorded: u8) -> String {
        let answered = if talk > 0 { format!(r#""fwdAnswerTime":"{}","#, self.at(8)) } else { String::new() };
        let sip = if code == 0 { 0 } else { 486 };
        format!(
            r#"{{"eventType":"fee","feeLst":[{{"direction":1,"icid":"ic-{0}","bindNum":"{x}","sessionId":"{0}",
            "callerNum":"+8613800000021","calleeNum":"{x}","fwdDisplayNum":"{y}","fwdDstNum":"+8613900000042",
            "callInTime":"{1}","fwdStartTime":"{2}","fwdAlertingTime":"{3}",{answered}"callEndTime":"{4}",
            "ulFailReason":{code},"sipStatusCode":{sip},"recordFlag":{recorded},"recordStartTime":"{3}",
            "recordObjectName":"{0}.wav","recordBucketName":"b","recordDomain":"ostor.huawei.com"}}]}}"#,
            self.session,
            self.at(0),
            self.at(1),
            self.at(3),
            self.at(8 + talk)
        )
    }
}

/// Calls in every state and of every end, repeats, messages, numbers, and what nobody understands.
async fn seeded() -> House {
    let house = House::with_admin().await;
    let private = house.app("courier", "huawei-private").await;
    let jiuyun = house.app("hotline", "jiuyun").await;
    let mut bodies = Vec::new();
    let now = house.context.clock.now();
    let play = |session, ago| Played { session, now, ago };
    bodies.extend(play("offered", 40).events(1));
    bodies.extend(play("rings", 50).events(3));
    bodies.extend(play("talks", 60).events(4));
    bodies.extend(play("talks-too", 70).events(4));
    let x = ("+8617000000001", "+8617000000001");
    for (n, session) in ["a", "b", "c"].into_iter().enumerate() {
        let call = play(session, 200 + 60 * n as i64);
        bodies.extend(call.events(4));
        bodies.push(call.hang_up(30, 0));
        bodies.push(call.record(22, 0, x, 1));
    }
    let failed = play("busy", 90);
    bodies.extend(failed.events(3));
    bodies.push(failed.hang_up(20, 8102));
    bodies.push(failed.record(0, 8102, x, 0));
    bodies.push(failed.hang_up(20, 8102));
    let unlisted = play("unlisted", 100);
    bodies.extend(unlisted.events(3));
    bodies.push(unlisted.hang_up(20, 7999));
    // The X of one call is the Y of another.
    bodies.push(play("axyb", 120).record(15, 0, ("+8617000000002", "+8617000000001"), 0));
    bodies.push(play("axyb-too", 130).record(15, 0, ("+8617000000001", "+8617000000003"), 0));
    bodies.push(include_str!("../../../platforms/huawei_private/fixtures/sms-notify.json").to_owned());
    bodies.push(include_str!("../../../platforms/huawei_private/fixtures/num-status.json").to_owned());
    bodies.extend([r#"{"eventType":"answer","statusInfo":{"sessionid":"x"}}"#, "garbage", "", "[]"].map(str::to_owned));
    for body in &bodies {
        house.receive(&private, "application/json", body).await;
    }
    let body = include_str!("../../../platforms/jiuyun/fixtures/axb-hangup.xml");
    push_twice(&house, &jiuyun, body).await;
    let address = "/callbacks/nobody-has-this-token-1234";
    let request = Request::post(address).header(header::HOST, "localhost").body(Full::from("{}")).unwrap();
    assert_eq!(house.client().await.send(request).await.unwrap().status(), 404);
    house.context.ingest.flush_tallies().await;
    house.settle().await;
    house
}

async fn push_twice(house: &House, app: &Arc<App>, body: &str) {
    for _ in 0..2 {
        house.receive(app, "application/xml", body).await;
    }
}

/// The figures of a page that are links: where each leads, and how many rows it counts.
fn figures(page: &Html) -> Vec<(String, u64)> {
    let counted = |a: ElementRef<'_>| {
        let href = a.attr("href")?.to_owned();
        if let Some(counts) = a.attr("data-counts") {
            return Some((href, counts.parse().expect("a count")));
        }
        let shown = a.text().collect::<String>().replace(',', "");
        let is_list = LISTS.contains(&href.split('?').next().unwrap_or_default());
        // A heading names its row or column: the hour `18` is no count.
        let is_heading = a.parent().and_then(ElementRef::wrap).is_some_and(|parent| parent.value().name() == "th");
        (is_list && !is_heading).then(|| shown.trim().parse().ok()).flatten().map(|counts| (href, counts))
    };
    page.select(&selector("a[href]")).filter_map(counted).collect()
}

/// How many rows a list says it has. Those that fit on one page are there.
fn rows(href: &str, page: &Html) -> u64 {
    let found = page.select(&selector("[data-found]")).next();
    let found = found.unwrap_or_else(|| panic!("{href} is no list")).attr("data-found").unwrap();
    let found: u64 = found.parse().unwrap();
    for (list, row) in [("/calls", "tr.call"), ("/callbacks", "tr.callback")] {
        if href.split('?').next() == Some(list) {
            let shown = page.select(&selector(row)).count();
            assert_eq!(shown, usize::try_from(found).unwrap().min(PAGE_DEFAULT), "{href}");
        }
    }
    found
}

/// An address without its ids and its query.
fn shape(href: &str) -> String {
    let path = href.split('?').next().unwrap_or_default();
    let is_id = |part: &str| part.len() > 20 || part.chars().all(|c| c.is_ascii_digit());
    let parts = path.split('/').map(|part| if !part.is_empty() && is_id(part) { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// A page over a connection that is kept: there are hundreds.
async fn get(house: &House, client: &mut Client, href: &str) -> Response<Bytes> {
    let request = || {
        let request = Request::get(href).header(header::HOST, "localhost").header(header::COOKIE, &house.cookie);
        request.body(Full::default()).unwrap()
    };
    match client.send(request()).await {
        Ok(response) => response,
        // It has had its time.
        Err(_) => {
            *client = house.client().await;
            client.send(request()).await.unwrap()
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_linked_figure_of_every_page_leads_to_exactly_the_rows_it_counts() {
    let house = seeded().await;
    let ranges = ["/statistics?from=2025-01-01T00%3A00%3A00Z&vs=none", "/statistics?vs=previous"];
    // Numbers are links only where they are shown.
    let csrf = house.csrf("/").await;
    house.post("/reveal", &[("csrf", &csrf), ("page", ranges[0])]).await;
    let mut waiting: VecDeque<String> = ["/"].into_iter().chain(ranges).map(str::to_owned).collect();
    let mut client = house.client().await;
    let (mut seen, mut shapes): (BTreeSet<String>, BTreeMap<String, usize>) = Default::default();
    let (mut followed, mut of_page): (BTreeMap<String, u64>, BTreeMap<String, usize>) = Default::default();
    while let Some(here) = waiting.pop_front() {
        let alike = shapes.entry(shape(&here)).or_default();
        if *alike == OF_ONE_SHAPE || !seen.insert(here.clone()) {
            continue;
        }
        *alike += 1;
        let response = get(&house, &mut client, &here).await;
        let is_page =
            response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if response.status() != 200 || !is_page {
            continue;
        }
        let page = Html::parse_document(&text(&response));
        for (href, counts) in figures(&page) {
            *of_page.entry(here.clone()).or_default() += 1;
            if !followed.contains_key(&href) {
                let there = get(&house, &mut client, &href).await;
                assert_eq!(there.status(), 200, "{href}");
                let there = Html::parse_document(&text(&there));
                followed.insert(href.clone(), rows(&href, &there));
            }
            assert_eq!(followed[&href], counts, "a figure on {here} leads to {href}");
        }
        let all = selector("a[href]");
        let links = page.select(&all).filter_map(|a| a.attr("href")).map(str::to_owned);
        let ours = |href: &String| href.starts_with('/') && !href.starts_with("/api/") && !href.contains("/raw");
        waiting.extend(links.filter(ours));
    }
    let of = |path: &str| of_page.get(path).copied().unwrap_or_default();
    assert!(of("/") > 50 && of("/statistics") > 20 && of(ranges[0]) > 30, "{of_page:?}");
    assert!(of("/gaps") >= 8 && of("/attention") >= 1, "{of_page:?}");
    assert!(followed.keys().any(|href| href.contains("not_y=")), "an X that others have as Y");
    assert!(followed.keys().any(|href| href.contains("main_cause=unlisted")), "a code that no table lists");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_talked_in_counts_as_answered_and_what_rings_as_neither() {
    let house = seeded().await;
    let stats = text(&house.get("/api/v1/stats?by=all&app=courier").await);
    let stats: serde_json::Value = serde_json::from_str(&stats).unwrap();
    let row = &stats["items"][0];
    // Three over with a record, two of AXYB, two in talk; two ring; busy and unlisted failed.
    assert_eq!((row["calls"].as_u64(), row["answered"].as_u64()), (Some(11), Some(7)), "{row}");
    assert_eq!((row["under_way"].as_u64(), row["ringing"].as_u64()), (Some(4), Some(2)), "{row}");
    assert_eq!(row["asr"].as_f64(), Some(0.7778), "7 of 9");
    let home = house.page("/").await;
    let shown: String = home.select(&selector("dl.figures")).next().unwrap().text().collect();
    assert!(shown.contains("另有 2 通振铃中，不计入"), "{shown}");
    let all: String = home.select(&selector("table.failures")).next().unwrap().text().collect();
    assert!(all.contains("7999") && all.contains("未列出的代码"), "{all}");
}
