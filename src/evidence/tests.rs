//! A pack as whoever gets it looks at it: unzipped, sums computed again, bytes compared.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::manifest::hex;
use super::{Exhibit, Gathered, Order, folder};
use crate::domain::{Ack, ActorId, ActorKind, AppId, CallId, Lang, Masking, ProviderId};
use crate::journal::CallbackRecord;

const BODY: &[u8] = b"{\"caller\":\"+8613812340021\" ,\n\"odd\" : 1}";

fn order(numbers: Masking) -> Order {
    Order {
        parties: Vec::new(),
        call: CallId([0x1b; 16]),
        provider: ProviderId("huawei-private"),
        recording: None,
        by: ActorId::new(ActorKind::User, "lin"),
        at: "2026-11-21T02:20:00Z".parse().unwrap(),
        reason: "客户投诉".to_owned(),
        numbers,
        lang: Lang::Zh,
        audit: 130,
        installation: "sample-installation".to_owned(),
        app: "courier".to_owned(),
    }
}

fn gathered() -> Gathered {
    let exhibit = |seq, body: &[u8], file: &str| Exhibit {
        seq,
        at: "2026-11-21T02:14:49Z".parse().unwrap(),
        callback: CallbackRecord {
            app: AppId(2),
            provider: "huawei-private".to_owned(),
            peer: "203.0.113.7".parse().unwrap(),
            tail: "/13812340021".to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_vec(),
            verified: Some(true),
            reply: Ack { status: 200, content_type: "application/json".to_owned(), body: "{}".to_owned() },
            question: None,
            decision: None,
            foreign: Vec::new(),
        },
        crc: "9ae0daaf".to_owned(),
        file: Some(file.to_owned()),
    };
    let exhibits = vec![exhibit(121, BODY, "callbacks/001.json"), exhibit(122, b"<a/>", "callbacks/002.xml")];
    Gathered { exhibits, missing: vec![125] }
}

fn zipped(numbers: Masking) -> Vec<u8> {
    let mut folder = folder("{}", &order(numbers), &gathered());
    folder.add("index.html", b"<!doctype html>".to_vec());
    folder.zip().unwrap()
}

fn unzipped(bytes: Vec<u8>) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let read = |name: String| {
        let mut content = Vec::new();
        archive.by_name(&name).unwrap().read_to_end(&mut content).unwrap();
        (name, content)
    };
    names.into_iter().map(read).collect()
}

#[test]
fn the_sums_cover_every_file_and_the_bodies_are_what_came() {
    let files = unzipped(zipped(Masking::Whole));
    let sums = String::from_utf8(files["SHA256SUMS"].clone()).unwrap();
    assert_eq!(sums.lines().count(), files.len() - 1);
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        assert_eq!(hex(&Sha256::digest(&files[name])), sum, "{name}");
    }
    assert_eq!(files["callbacks/001.json"], BODY);
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["reason"], "客户投诉");
    assert_eq!(manifest["callbacks"][0]["line_crc32c"], "9ae0daaf");
    assert_eq!(manifest["missing"][0], 125);
    let meta: Value = serde_json::from_slice(&files["callbacks/001.meta.json"]).unwrap();
    assert_eq!(meta["answer"]["status"], 200);
    assert_eq!(meta["sha256"], hex(&Sha256::digest(BODY)));
}

#[test]
fn the_same_order_gives_the_same_bytes() {
    assert_eq!(zipped(Masking::Whole), zipped(Masking::Whole));
    assert_ne!(zipped(Masking::Whole), zipped(Masking::Masked));
}

#[test]
fn a_masked_pack_holds_no_number_and_nothing_to_try_numbers_against() {
    for (name, content) in unzipped(zipped(Masking::Masked)) {
        let text = String::from_utf8(content).unwrap();
        assert!(!text.contains("13812340021"), "{name}: {text}");
        assert!(!text.contains("9ae0daaf"), "{name}: {text}");
        assert!(!text.contains(&hex(&Sha256::digest(BODY))), "{name}: {text}");
    }
}
