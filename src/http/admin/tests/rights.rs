//! Who may, and who did: reveals, the trail that pages leave, logins that are ended.

use super::*;
use crate::audit::{AuditEntry, Chain};
use crate::http::api::PAGE;

impl House {
    /// An app with every sample of its platform received.
    async fn with_calls() -> Self {
        let house = Self::with_admin().await;
        let csrf = house.csrf("/apps").await;
        house.post("/apps", &[("csrf", &csrf), ("provider", "huawei-private"), ("name", "courier")]).await;
        let received = house.receive_samples(AppId(1), |_| true).await;
        house.settled(received).await;
        house
    }

    /// Every whole number that the store knows, in national digits.
    fn numbers(&self) -> Vec<String> {
        let calls = self.context.store.calls(&Default::default(), &Default::default()).unwrap().items;
        let of_calls = calls.iter().flat_map(|call| [&call.caller, &call.callee, &call.x, &call.y]);
        let all = of_calls.flatten().map(|number| number.national().to_owned());
        let all: std::collections::BTreeSet<String> = all.filter(|number| number.len() > 7).collect();
        assert!(!all.is_empty());
        all.into_iter().collect()
    }

    async fn holds_a_number(&self, path: &str) -> bool {
        let answer = text(&self.get(path).await);
        // Pages set numbers in groups.
        let plain: String = answer.chars().filter(|c| *c != ' ').collect();
        self.numbers().iter().any(|number| plain.contains(number.as_str()))
    }

    /// Every entry of the trail, and that it is whole.
    pub(super) fn trail(&self) -> Vec<AuditEntry> {
        let records = self.context.journal.read(1, 64 << 20).unwrap();
        let mut chain = Chain::default();
        records.iter().for_each(|record| chain.check(record));
        assert_eq!(chain.finish().broken, None);
        records.iter().filter_map(AuditEntry::read).collect()
    }

    /// Waits until the store knows this record.
    async fn known_up_to(&self, seq: crate::domain::Seq) {
        let deadline = Instant::now() + SOON;
        while self.context.store.status().applied < seq {
            assert!(Instant::now() < deadline, "the projector did not come to it");
            tokio::task::yield_now().await;
        }
    }

    fn actions(&self) -> Vec<String> {
        self.trail().into_iter().map(|entry| entry.action).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_masked_for_everybody_until_a_page_is_revealed_and_that_is_on_record() {
    let mut house = House::with_calls().await;
    let seq = house.context.store.callbacks(&Default::default(), &Default::default()).unwrap().items[0].seq;
    let call = house.context.store.calls(&Default::default(), &Default::default()).unwrap().items[0].id;
    let callback = format!("/callbacks/{seq}");
    let all =
        ["/", "/calls", "/callbacks", "/messages", "/numbers", "/attention", &callback, &format!("/calls/{call}")];
    for path in all.into_iter().chain(["/api/v1/calls", "/api/v1/callbacks", "/api/v1/sms", "/api/v1/numbers"]) {
        assert!(!house.holds_a_number(path).await, "{path} shows a number to an administrator who did not ask");
    }
    assert_eq!(house.get(&format!("{callback}/raw")).await.status(), 403);
    assert_eq!(house.get(&format!("/api/v1{callback}/raw")).await.status(), 403);

    let csrf = house.csrf("/calls").await;
    let form = [("csrf", csrf.as_str()), ("page", "/calls"), ("reason", "a customer asked")];
    let revealed = house.post("/reveal", &form).await;
    assert_eq!((revealed.status().as_u16(), location(&revealed)), (303, "/calls"));
    assert!(house.holds_a_number("/calls").await);
    for other in ["/calls?outcome=answered", "/numbers", "/api/v1/calls", &callback] {
        assert!(!house.holds_a_number(other).await, "{other} was not revealed");
    }
    let request = |page: &str| {
        let request = Request::get("/api/v1/calls").header(header::COOKIE, &house.cookie).header(PAGE, page);
        request.body(Full::default()).unwrap()
    };
    let (mine, other) = (request("/calls"), request("/calls?outcome=answered"));
    let number = &house.numbers()[0];
    assert!(text(&house.client().await.send(mine).await.unwrap()).contains(number.as_str()));
    assert!(!text(&house.client().await.send(other).await.unwrap()).contains(number.as_str()));

    let entry = house.trail().into_iter().find(|entry| entry.action == "reveal").unwrap();
    assert_eq!((entry.by.name.as_str(), entry.subject.as_str()), ("lin", "list calls"));
    assert!(entry.peer.is_some());
    let personal = entry.personal.unwrap();
    assert_eq!((&personal["page"], &personal["reason"]), (&"/calls".into(), &"a customer asked".into()));

    house.post("/reveal", &[("csrf", &csrf), ("page", &format!("{callback}?view=hex"))]).await;
    assert_eq!(house.get(&format!("{callback}/raw")).await.status(), 200);
    assert!(house.page(&format!("{callback}?view=raw")).await.select(&selector("pre.body")).next().is_some());
    assert_eq!(house.trail().last().unwrap().subject, format!("callback {seq}"));
    assert_eq!(house.trail().last().unwrap().app, Some(AppId(1)));

    let before = house.cookie.clone();
    house.become_user("wang", Role::Operator).await;
    assert!(!house.holds_a_number("/calls").await, "what one login revealed is masked for another");
    house.cookie = before;
    house.post("/reveal/end", &[("csrf", &csrf), ("page", "/calls")]).await;
    assert!(!house.holds_a_number("/calls").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_that_offers_a_reveal_gives_it_and_no_other_address_is_one() {
    let house = House::with_calls().await;
    for path in ["/calls", "/callbacks", "/live", "/messages", "/numbers", "/attention", "/statistics", "/audit"] {
        let page = house.page(path).await;
        let form = page.select(&selector("form[action='/reveal'] input[name=page]")).next();
        let here = form.unwrap_or_else(|| panic!("{path} offers none")).attr("value").unwrap().to_owned();
        let csrf = house.csrf(path).await;
        assert_eq!(house.post("/reveal", &[("csrf", &csrf), ("page", &here)]).await.status(), 303, "{path}");
        let page = house.page(&here).await;
        assert!(page.select(&selector("form[action='/reveal/end']")).next().is_some(), "{path}");
    }
    let csrf = house.csrf("/calls").await;
    for path in ["/13812340021", "/callbacks/13812340021", "//elsewhere.example/", "/calls/13812340021"] {
        let refused = house.post("/reveal", &[("csrf", &csrf), ("page", path)]).await;
        assert_eq!(refused.status(), 404, "{path}: a subject is never made of what somebody typed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_reveals_nothing() {
    let mut house = House::with_calls().await;
    house.become_user("zhao", Role::Viewer).await;
    let page = house.page("/calls").await;
    assert!(page.select(&selector("form[action='/reveal']")).next().is_none());
    let csrf = house.csrf("/calls").await;
    assert_eq!(house.post("/reveal", &[("csrf", &csrf), ("page", "/calls")]).await.status(), 403);
    assert!(!house.holds_a_number("/calls").await);
    for path in ["/audit", "/audit/export", "/api/v1/audit", "/api/v1/audit/export"] {
        assert_eq!(house.get(path).await.status(), 403, "{path}");
    }
    assert!(!house.actions().contains(&"reveal".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_failures_and_changes_are_on_record_without_their_secrets() {
    let mut house = House::with_admin().await;
    house.cookie = String::new();
    let wrong = [("name", "13812340021"), ("password", "not the password")];
    house.post("/login", &wrong).await;
    let right = house.post("/login", &[("name", "lin"), ("password", PASSWORD)]).await;
    house.cookie = right.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let csrf = house.csrf("/apps").await;
    let add = [("csrf", csrf.as_str()), ("provider", "huawei-private"), ("name", "courier")];
    house.post("/apps", &add).await;
    assert_eq!(house.post("/apps", &add).await.status(), 400, "a refused change is none");
    house.post("/apps/1", &[("csrf", &csrf), ("app_secret", "very-secret-value"), ("name", "courier")]).await;
    house.post("/logout", &[("csrf", &csrf)]).await;
    assert_eq!(house.actions(), ["login.failed", "login", "app.add", "app.change", "logout"]);
    let trail = house.trail();
    assert_eq!(trail[0].personal.as_ref().unwrap()["name"], "13812340021", "what was typed is personal");
    assert!(!trail[0].subject.contains("1381") && trail[0].by.name == "?");
    assert_eq!((trail[2].subject.as_str(), trail[2].app), ("app 1", Some(AppId(1))));
    let records = format!("{trail:?}");
    for secret in [PASSWORD, "not the password", "very-secret-value"] {
        assert!(!records.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guesser_who_is_held_up_stands_on_record_once_however_long_he_goes_on() {
    let mut house = House::with_calls().await;
    let cookie = std::mem::take(&mut house.cookie);
    let guess = [("name", "13812340021"), ("password", "guess")];
    for _ in 0..crate::limits::LOGIN_TRIES_NAME {
        assert_eq!(house.post("/login", &guess).await.status(), 401);
    }
    for _ in 0..5 {
        assert_eq!(house.post("/login", &guess).await.status(), 429);
    }
    let held: Vec<_> = house.trail().into_iter().filter(|entry| entry.action == "login.throttled").collect();
    let [entry] = held.as_slice() else { panic!("one for all of them: {held:#?}") };
    assert_eq!(entry.personal.as_ref().unwrap()["name"], "13812340021", "what was typed is personal");
    assert!(entry.peer.is_some() && entry.by.name == "?");
    house.cookie = cookie;
    house.known_up_to(entry.seq).await;
    let page = house.page("/audit?action=login.throttled").await;
    let row: String = page.select(&selector("table.audit tbody tr")).next().unwrap().text().collect();
    assert!(row.contains("登录受限") && row.contains("138****0021"), "{row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_found_on_its_page_and_exported() {
    let house = House::with_calls().await;
    let csrf = house.csrf("/calls").await;
    house.post("/reveal", &[("csrf", &csrf), ("page", "/calls?number=13812340021")]).await;
    house.known_up_to(house.trail().last().unwrap().seq).await;
    let page = house.page("/audit?action=reveal").await;
    assert_eq!(page.select(&selector("table.audit tbody tr")).count(), 1);
    let html = text(&house.get("/audit").await);
    assert!(html.contains("/calls/") || html.contains("app"), "{html}");
    assert!(!html.contains("13812340021"), "masked here too");
    for (query, rows) in [("action=app", true), ("not_action=app", true), ("subject=app+1", true), ("by=nobody", false)]
    {
        let page = house.page(&format!("/audit?{query}")).await;
        assert_eq!(page.select(&selector("table.audit tbody tr")).next().is_some(), rows, "{query}");
    }
    assert_eq!(house.get("/audit?colour=red").await.status(), 400);
    let csv = house.get("/audit/export?format=csv&action=reveal").await;
    let lines = text(&csv);
    assert_eq!(lines.lines().count(), 2, "{lines}");
    assert!(lines.starts_with("\u{feff}n,seq,at,at_shanghai,by,action"), "{lines}");
    assert!(lines.contains(",reveal,list calls,") && !lines.contains("13812340021"), "{lines}");
    let jsonl = text(&house.get("/audit/export?format=jsonl").await);
    let first: serde_json::Value = serde_json::from_str(jsonl.lines().last().unwrap()).unwrap();
    assert_eq!(first["n"], 1, "{jsonl}");
    assert_eq!(house.actions().iter().filter(|action| *action == "export").count(), 2, "an export is an act");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_listed_with_its_browser_and_can_be_ended_from_another() {
    let mut house = House::with_admin().await;
    let request = Request::post("/login")
        .header(header::HOST, "localhost")
        .header(header::USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::new(format!("name=lin&password={}", PASSWORD.replace(' ', "+")).into()))
        .unwrap();
    let other = house.client().await.send(request).await.unwrap();
    let other = other.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();

    let html = text(&house.get("/account").await);
    assert!(html.contains("Firefox · Linux"), "{html}");
    let listed: serde_json::Value = serde_json::from_slice(house.get("/api/v1/logins").await.body()).unwrap();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2, "{listed}");
    let page = house.page("/account").await;
    let form = page.select(&selector("td form[method=post]")).next().unwrap().attr("action").unwrap().to_owned();
    let mine = std::mem::replace(&mut house.cookie, other);
    assert_eq!(house.get("/account").await.status(), 200);
    house.cookie = mine;
    let csrf = house.csrf("/account").await;
    assert_eq!(location(&house.post(&form, &[("csrf", &csrf)]).await), "/account?done=ended");
    assert_eq!(house.context.state.logins(Some("lin")).len(), 1);

    let new = "another long password";
    let change = |old| [("csrf", csrf.as_str()), ("old", old), ("password", new), ("again", new)];
    assert_eq!(house.post("/account/password", &change("wrong")).await.status(), 400);
    let changed = house.post("/account/password", &change(PASSWORD)).await;
    assert_eq!((changed.status().as_u16(), location(&changed)), (303, "/account?done=password"));
    assert_eq!(house.get("/account").await.status(), 303, "the old cookie is worth nothing");
    house.cookie = changed.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(house.get("/account").await.status(), 200);
    assert_eq!(house.actions(), ["login", "login.end", "password.change", "login"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_ends_the_login_of_another() {
    let mut house = House::with_admin().await;
    let id = house.context.state.logins(Some("lin"))[0].id.clone();
    house.become_user("wang", Role::Operator).await;
    let csrf = house.csrf("/account").await;
    assert_eq!(house.post(&format!("/account/logins/{id}"), &[("csrf", &csrf)]).await.status(), 404);
    let listed: serde_json::Value = serde_json::from_slice(house.get("/api/v1/logins?user=lin").await.body()).unwrap();
    assert!(listed["items"].as_array().unwrap().iter().all(|login| login["user"] == "wang"), "{listed}");
}
