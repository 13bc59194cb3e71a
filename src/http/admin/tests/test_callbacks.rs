//! A test callback: it happens now, is seen as a test, and changes no figure and no call.

use super::super::samples::selector;
use super::{House, location, text};
use crate::domain::{AppId, Callback, TEST_HEADER};
use crate::store::{CallQuery, CallbackQuery, NumberQuery, Page, SmsQuery, Span, StatQuery, Step, Tests};

impl House {
    async fn with_app(key: &str) -> (Self, String) {
        let house = Self::with_admin().await;
        let csrf = house.csrf("/apps").await;
        let form = [("csrf", csrf.as_str()), ("provider", "huawei-private"), ("name", "courier"), ("app_key", key)];
        house.post("/apps", &form).await;
        (house, csrf)
    }

    fn listed(&self, test: Tests) -> usize {
        let query = CallQuery { test, ..CallQuery::default() };
        let rows = self.context.store.calls(&query, &Page::default()).unwrap().items;
        assert_eq!(self.context.store.count_calls(&query).unwrap().rows, rows.len() as u64, "{test:?}");
        rows.len()
    }

    fn counted(&self) -> u64 {
        self.context.store.stats(&StatQuery::default(), Step::Whole, None).unwrap().iter().map(|row| row.calls).sum()
    }

    async fn rebuilt(&self, callbacks: u64) {
        self.context.store.rebuild();
        // The projector sees the wish when something is new to it.
        self.receive_samples(AppId(1), |name| name == "axb-callin").await;
        while self.context.store.rebuild_waits() {
            tokio::task::yield_now().await;
        }
        self.settle().await;
        self.settled(callbacks + 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_happens_now_is_shown_where_it_was_sent_and_counted_nowhere() {
    let (house, csrf) = House::with_app("").await;
    let sent = house.post("/apps/1/test", &[("csrf", &csrf), ("sample", "fee-axb")]).await;
    let (path, anchor) = location(&sent).split_once('#').unwrap();
    let page = house.page(path).await;
    let notice = page.select(&selector(&format!("#{anchor} .notice.good"))).next().expect("in view after the click");
    let call = notice.select(&selector("a[href^='/calls/']")).next().unwrap().attr("href").unwrap().to_owned();
    assert!(house.page(&call).await.select(&selector(".callhead .tag")).next().is_some(), "marked on its page");

    let now = house.context.clock.now();
    let all = CallQuery { test: Tests::With, ..CallQuery::default() };
    let listing = house.context.store.calls(&all, &Page::default()).unwrap();
    let [row] = &listing.items[..] else { panic!("one call, and it is listed where tests are asked for") };
    assert!(row.test && now.duration_since(row.t).as_secs() < 120, "it was {} ago", now.duration_since(row.t));
    assert!(!row.anomalies.contains(&crate::domain::Anomaly::AppKeyMismatch));
    assert_eq!((house.listed(Tests::Without), house.listed(Tests::Only), house.counted()), (0, 1, 0));
    assert_eq!(house.context.store.last_seen(AppId(1)), None, "its platform was not seen");
    assert_eq!(house.context.store.numbers(&NumberQuery::default(), &Page::default()).unwrap().items, []);
    let ledger = house.context.store.ledger(Span::default()).unwrap();
    let received: u64 = ledger.iter().flat_map(|hour| hour.outcomes).sum();
    assert_eq!(received, 1, "the callback is in the journal, and in its books");

    let list = text(&house.get("/calls").await);
    assert!(list.contains("/calls?test=any"), "the list says that it leaves one out");
    let with = house.page("/calls?test=any").await;
    assert!(with.select(&selector("tr.call td.o .tag")).next().is_some(), "and marks it");
    let callbacks = house.page("/callbacks").await;
    assert!(callbacks.select(&selector("tr.callback td.b .tag")).next().is_some(), "the callback is listed and marked");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_may_be_tried_and_nothing_but_tests_is_left_also_after_a_rebuild() {
    let (house, csrf) = House::with_app("my-key").await;
    let app = house.context.state.app(AppId(1)).unwrap();
    let samples = crate::platforms::by_id(app.provider).unwrap().samples();
    for sample in samples {
        house.post("/apps/1/test", &[("csrf", &csrf), ("sample", sample.name)]).await;
    }
    let sent = samples.len() as u64;
    house.settled(sent).await;
    for rebuilt in [false, true] {
        if rebuilt {
            house.rebuilt(sent).await;
        }
        let (calls, numbers) = if rebuilt { (1, 1) } else { (0, 0) };
        assert_eq!((house.listed(Tests::Without), house.counted()), (calls, calls as u64), "rebuilt: {rebuilt}");
        assert!(house.listed(Tests::Only) >= 20, "rebuilt: {rebuilt}");
        let store = &house.context.store;
        assert_eq!(store.sms(&SmsQuery::default(), &Page::default()).unwrap().items, []);
        let tests = SmsQuery { test: Tests::Only, ..SmsQuery::default() };
        assert!(store.sms(&tests, &Page::default()).unwrap().items.iter().all(|row| row.test));
        let known = store.numbers(&NumberQuery::default(), &Page::default()).unwrap().items;
        assert!(known.iter().all(|number| number.state.is_none()), "a test takes no number out of service");
        assert_eq!(known.len(), numbers);
        let marked = CallbackQuery { test: Some(true), ..CallbackQuery::default() };
        assert_eq!(store.count_callbacks(&marked).unwrap().rows, sent);
    }
}

/// The mark comes with the request and not with the body: no platform sends it. Somebody who does
/// with the session of a real call makes a test beside that call, and changes nothing of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_test_never_joins_a_call_of_the_platform() {
    let (house, _) = House::with_app("").await;
    house.receive_samples(AppId(1), |name| name == "axb-callin").await;
    let app = house.context.state.app(AppId(1)).unwrap();
    let sample = crate::platforms::by_id(app.provider).unwrap().samples().iter().find(|s| s.name == "axb-disconnect");
    for (mark, joins) in [("1", false), ("0", true), ("", true)] {
        let body =
            sample.unwrap().body.replace("\"eventType\"", "\"test\": true, \"x-ringback-test\": \"1\", \"eventType\"");
        let callback = Callback {
            app: app.id,
            provider: app.provider,
            received_at: house.context.clock.now(),
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            tail: "/test".to_owned(),
            target: String::new(),
            hosts: Vec::new(),
            headers: vec![(TEST_HEADER.to_owned(), mark.to_owned())],
            body: body.into_bytes(),
        };
        house.context.ingest.receive(app.clone(), callback).await.unwrap();
        house.settle().await;
        let calls = house.context.store.calls(&CallQuery::default(), &Page::default()).unwrap().items;
        assert_eq!((calls.len(), calls[0].released_at.is_some()), (1, joins), "mark {mark:?}");
    }
    assert_eq!((house.listed(Tests::Only), house.counted()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_works_as_printed_and_says_that_it_is_a_test() {
    let (house, _) = House::with_app("my-key").await;
    let page = house.page("/apps/1").await;
    let command: String = page.select(&selector("pre#curl")).next().unwrap().text().collect();
    let own = house.context.server.certificate.load().self_signed;
    let https = command.contains("'https://");
    assert_eq!(command.starts_with("curl -i -k 'https://"), own && https, "{command}");
    assert!(command.contains("-H 'x-ringback-test: 1'"), "{command}");
    assert!(command.contains("my-key"), "{command}");
    let now = crate::http::admin::parts::local(house.context.clock.now(), "%Y");
    assert!(command.contains(&now), "{command}");
}
