//! What people see of a question: the decision where they look for it, and our answers as they were.

use serde_json::json;

use super::*;
use crate::domain::{BindingKind, BindingTerms, PhoneNumber, Seq};
use crate::journal::Body;
use crate::platforms;
use crate::service::testing::Installation;
use crate::state::Author;

const B: &str = "13912345603";
const MASKED: &str = "+86139****5603";

impl House {
    /// Sends a body to an app and waits until the store knows it.
    async fn push(&self, app: &Arc<crate::domain::App>, body: &str) -> Seq {
        Installation::receive(self, app, "application/json", body).await;
        self.settle().await;
        *self.context.journal.durable().borrow()
    }

    /// Binds the numbers of the sample question to [`B`].
    async fn bind(&self, app: &Arc<crate::domain::App>) {
        let terms = BindingTerms {
            kind: BindingKind::X,
            a: PhoneNumber::parse("13900000042").unwrap(),
            x: PhoneNumber::parse("17000000001").unwrap(),
            b: PhoneNumber::parse(B),
            y: None,
            extension: None,
            direction: None,
            valid_from: None,
            valid_to: None,
            max_minutes: Some(30),
            record: true,
            hint_tone: Some("hint.wav".to_owned()),
            wait_tone: None,
            last_minute_tone: None,
            user_data: None,
            platform_id: None,
        };
        self.context.bindings.add(&Author::of_tests(), app, terms).await.unwrap();
    }

    async fn answer_on(&self, path: &str) -> String {
        self.page(path).await.select(&selector("pre.answer")).next().unwrap().text().collect()
    }
}

fn question(id: &str) -> String {
    let info = json!({"timestamp": "2026-11-20 05:00:00", "sessionId": id, "caller": "+8613900000042",
        "called": "+8617000000001", "notifyMode": "Block"});
    json!({"eventType": "callin", "statusInfo": info}).to_string()
}

fn words(page: &Html, css: &str) -> String {
    let text: String = page.select(&selector(css)).flat_map(|part| part.text()).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_stands_with_the_callback_that_asked_and_with_its_call() {
    let mut house = House::with_admin().await;
    let app = house.app("courier", "huawei-private").await;
    house.bind(&app).await;
    let seq = house.push(&app, &question("s-1")).await;
    let again = house.push(&app, &question("s-1")).await;
    let unbound = house.push(&app, &question("s-2").replace("17000000001", "17000000002")).await;
    for (lang, connect, told, repeat) in
        [("zh", "接通", "按我方应答", "逐字节重复"), ("en", "Connect", "as we answered", "got the same bytes again")]
    {
        let cookie = house.cookie.clone();
        house.cookie = format!("{cookie}; ringback_lang={lang}");
        let page = house.page(&format!("/callbacks/{seq}")).await;
        let section = words(&page, "dl.answer");
        for part in [connect, MASKED, "hint.wav", "#1", "30", "ms"] {
            assert!(section.contains(part), "{part}: {section}");
        }
        assert!(page.select(&selector("dl.answer a[href='/bindings/1']")).next().is_some());
        assert!(page.select(&selector("dl.answer a[href='/rules?app=courier']")).next().is_some());
        let page = house.page(&format!("/callbacks/{again}")).await;
        assert!(words(&page, "section").contains(repeat));
        assert!(page.select(&selector(&format!("a[href='/callbacks/{seq}#decision']"))).next().is_some());

        let call = house.context.store.callback(seq).unwrap().unwrap().calls[0];
        let page = house.page(&format!("/calls/{call}")).await;
        let head = words(&page, "h1");
        assert!(head.contains(MASKED) && head.contains(told), "{head}");
        assert_eq!(page.select(&selector("ol.answers > li")).count(), 1, "a repeat is no decision");
        assert!(page.select(&selector(&format!("ol.answers a[href='/callbacks/{seq}#decision']"))).next().is_some());
        let call = house.context.store.callback(unbound).unwrap().unwrap().calls[0];
        assert!(!words(&house.page(&format!("/calls/{call}")).await, "h1").contains(told), "it was closed");
        house.cookie = cookie;
    }
    let notice = house.push(&app, "{}").await;
    assert!(house.page(&format!("/callbacks/{notice}")).await.select(&selector("#decision")).next().is_none());
    house.become_user("wang", Role::Viewer).await;
    let page = text(&house.get(&format!("/callbacks/{seq}")).await);
    assert!(!page.contains(B) && page.contains(MASKED));
}

#[tokio::test(flavor = "multi_thread")]
async fn our_answers_are_shown_as_they_were_but_for_the_numbers_of_a_decision() {
    let house = House::with_admin().await;
    for provider in platforms::ALL {
        let app = house.app(provider.id().0, provider.id().0).await;
        house.bind(&app).await;
        let samples = provider.samples().iter().map(|sample| sample.body);
        for body in ["", "{\"a\":", "<a>", "{}", "<a/>", "2.5"].into_iter().chain(samples) {
            let seq = house.push(&app, body).await;
            let Some(Body::Callback(record)) = house.context.journal.get(seq).unwrap().map(|record| record.body) else {
                panic!("{seq} is no callback")
            };
            let shown = house.answer_on(&format!("/callbacks/{seq}")).await;
            match record.question {
                None => assert_eq!(shown, record.reply.body, "{body}"),
                Some(_) => assert!(!shown.contains(B) && !shown.contains("13800000021"), "{shown}"),
            }
        }
    }
    let app = house.app("asks", "huawei-private").await;
    house.bind(&app).await;
    let seq = house.push(&app, &question("s-9")).await;
    assert!(house.answer_on(&format!("/callbacks/{seq}")).await.contains("139****5603"));
}
