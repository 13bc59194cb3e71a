//! An evidence pack taken from a real server: who may, what it leaves, whether it is the truth.

use std::io::{Cursor, Read};

use http::header;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{House, location, selector, text};
use crate::domain::{AppId, Role};
use crate::journal::Body;
use crate::platforms;

async fn with_a_call() -> (House, String, Vec<Vec<u8>>) {
    let house = House::with_admin().await;
    let csrf = house.csrf("/apps").await;
    house.post("/apps", &[("csrf", &csrf), ("provider", "huawei-private"), ("name", "courier")]).await;
    let app = house.context.state.app(AppId(1)).unwrap();
    let provider = platforms::by_id(app.provider).unwrap();
    let names = ["axb-callin", "axb-answer", "axb-disconnect", "fee-axb"];
    let mut sent = Vec::new();
    for name in names {
        let sample = provider.samples().iter().find(|sample| sample.name == name).unwrap();
        house.receive_samples(AppId(1), |wanted| wanted == name).await;
        sent.push(sample.body.as_bytes().to_vec());
    }
    house.settled(names.len() as u64).await;
    let calls = house.page("/calls").await;
    let call = calls.select(&selector("tr.call a.go")).next().unwrap().attr("href").unwrap().to_owned();
    (house, call, sent)
}

fn file(zip: &[u8], name: &str) -> Vec<u8> {
    let mut content = Vec::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(zip.to_vec())).unwrap();
    archive.by_name(name).unwrap_or_else(|e| panic!("{name}: {e}")).read_to_end(&mut content).unwrap();
    content
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_holds_what_the_platform_sent_and_its_entry_came_before_it() {
    let (house, call, sent) = with_a_call().await;
    let form = format!("{call}/evidence");
    let csrf = house.csrf(&form).await;
    let unsaid = house.post(&form, &[("csrf", &csrf), ("reason", "  ")]).await;
    assert_eq!(unsaid.status(), 400);
    let durable = *house.context.journal.durable().borrow();

    let pack = house.post(&form, &[("csrf", &csrf), ("reason", "complaint 7")]).await;
    assert_eq!(pack.headers()[header::CONTENT_TYPE], "application/zip", "{}", text(&pack));
    let zip = pack.body().to_vec();
    let manifest: Value = serde_json::from_slice(&file(&zip, "manifest.json")).unwrap();
    let sums = String::from_utf8(file(&zip, "SHA256SUMS")).unwrap();
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        let ours: String = Sha256::digest(file(&zip, name)).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(ours, sum, "{name}");
    }
    let listed = manifest["callbacks"].as_array().unwrap();
    let mut bodies = Vec::new();
    for callback in listed {
        bodies.push(file(&zip, callback["file"].as_str().unwrap()));
        let seq = callback["seq"].as_u64().unwrap();
        let line = house.context.journal.line(seq).unwrap().unwrap();
        assert!(line.ends_with(format!(r#""crc":{}}}"#, callback["line_crc32c"]).as_bytes()), "{callback}");
    }
    assert_eq!(bodies, sent, "byte for byte, in the order in which they came");

    let audit = manifest["audit"].as_u64().unwrap();
    assert_eq!(audit, durable + 1, "the refused try left nothing, the pack one entry");
    let entry = house.context.journal.get(audit).unwrap().unwrap();
    let Body::Entry(entry) = entry.body else { panic!("{entry:?}") };
    assert_eq!(entry.fields["action"], "evidence.export");
    assert!(!entry.fields["subject"].to_string().contains("complaint"), "the reason is personal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_takes_nothing_along() {
    let (mut house, call, _) = with_a_call().await;
    house.become_user("wang", Role::Viewer).await;
    let page = house.page(&call).await;
    assert!(page.select(&selector("a[href$='/evidence']")).next().is_none());
    let form = format!("{call}/evidence");
    assert_eq!(house.get(&form).await.status(), 403);
    let csrf = house.csrf("/calls").await;
    assert_eq!(house.post(&form, &[("csrf", &csrf), ("reason", "curious")]).await.status(), 403);
    house.cookie = String::new();
    assert!(location(&house.get(&form).await).starts_with("/login"));
}
