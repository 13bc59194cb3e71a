//! What must hold for every provider, walked through its own tables.
//!
//! A provider that is added to [`ALL`] is tested here without a line more: ids, documentation in
//! both languages, samples that decode and are documented, answers that are well-formed, and
//! no panic whatever the bytes. What a provider's own messages mean is tested in its folder.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::body::{Sniffed, Tree, sniff};
use super::*;
use crate::domain::{AppId, Product, QuestionKind, SessionId, Text};

/// Every field name in a body, at every depth.
pub(super) fn names(body: &str) -> BTreeSet<String> {
    fn collect(value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(name, value)| {
                names.insert(name.clone());
                collect(value, names);
            }),
            Value::Array(values) => values.iter().for_each(|value| collect(value, names)),
            _ => {}
        }
    }
    match sniff(body.as_bytes()).expect("well-formed").tree {
        Tree::Xml(xml) => xml.fields.into_iter().map(|field| field.name).collect(),
        Tree::Json(value) => {
            let mut names = BTreeSet::new();
            collect(&value, &mut names);
            names
        }
    }
}

fn callback(provider: &dyn Provider, body: &[u8]) -> Callback {
    Callback {
        app: AppId(1),
        provider: provider.id(),
        received_at: Timestamp::UNIX_EPOCH,
        peer: std::net::Ipv4Addr::LOCALHOST.into(),
        tail: String::new(),
        target: "/callbacks/token".to_owned(),
        hosts: Vec::new(),
        headers: Vec::new(),
        body: body.to_vec(),
    }
}

/// Verifies and decodes as the write path does; that neither panics is what is tested.
fn receive(provider: &dyn Provider, body: &[u8]) -> Result<Decoded, DecodeError> {
    let callback = callback(provider, body);
    let secrets = Secrets {
        app_key: Some("key"),
        app_secret: Some("secret"),
        public_url: Some("https://callbacks.example.com"),
        now: Timestamp::UNIX_EPOCH,
    };
    provider.verify(&callback, &secrets);
    let decoded = provider.decode(&Verified::from_journal(&callback));
    if let Err(error) = &decoded {
        assert!(error.at <= body.len(), "{error} in {} bytes", body.len());
        check_answer(&provider.ack(&Occasion::Unparsable(error)), 400);
    }
    for product in decoded.iter().flat_map(|decoded| &decoded.items).filter_map(product) {
        assert!(provider.products().iter().any(|info| info.product == product), "{product:?} is in no table");
    }
    decoded
}

fn product(item: &Item) -> Option<Product> {
    match item {
        Item::Event(event) => event.product,
        Item::Record(record) => record.product,
        Item::Sms(_) | Item::Number(_) => None,
    }
}

fn check_answer(ack: &Ack, status: u16) {
    assert_eq!(ack.status, status, "{ack:?}");
    match sniff(ack.body.as_bytes()) {
        Ok(Sniffed { tree: Tree::Json(_), mended: false }) => {
            assert!(ack.content_type.starts_with("application/json"), "{ack:?}");
        }
        Ok(Sniffed { tree: Tree::Xml(_), mended: false }) => {
            assert!(ack.content_type.starts_with("application/xml"), "{ack:?}");
        }
        Ok(_) => panic!("an answer that only we can read: {ack:?}"),
        Err(error) => panic!("{error} of the answer {ack:?}"),
    }
}

fn assert_unique<'a>(what: &str, names: impl IntoIterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        assert!(seen.insert(name), "{what}: {name} stands there twice");
    }
}

fn assert_both(what: &str, text: Text) {
    assert!(!text.zh.trim().is_empty() && !text.en.trim().is_empty(), "{what} is not in both languages: {text:?}");
}

#[test]
fn a_provider_is_found_by_its_name_alone() {
    assert_unique("providers", ALL.iter().map(|p| p.id().0));
    for provider in ALL {
        assert_eq!(by_id(provider.id()).map(Provider::id), Some(provider.id()));
        assert!(!provider.title(Lang::Zh).is_empty() && !provider.title(Lang::En).is_empty());
    }
    assert!(by_name("nobody").is_none());
}

#[test]
fn documentation_is_complete_in_both_languages() {
    for provider in ALL {
        let id = provider.id();
        assert!(!provider.addresses().is_empty(), "{id}");
        assert_unique("tails", provider.addresses().iter().map(|address| address.tail));
        for address in provider.addresses() {
            assert_both(address.tail, address.console_field);
            assert_both(address.tail, address.receives);
        }
        for field in provider.fields() {
            assert_both(field.name, field.meaning);
            assert!(!field.message.is_empty() && !field.kind.is_empty(), "{id}: {field:?}");
        }
        assert_both("retry", provider.retry().text);
        assert!(provider.recording_days() > 0);
    }
}

#[test]
fn every_code_stands_once_in_its_table_and_is_explained() {
    for provider in ALL {
        assert_unique("tables", provider.codes().iter().map(|table| table.name));
        for table in provider.codes() {
            assert_both(table.name, table.title);
            assert!(!table.source.is_empty() && !table.codes.is_empty(), "{}", table.name);
            assert_unique(table.name, table.codes.iter().map(|code| code.code));
            for code in table.codes {
                assert_both(code.code, code.text);
                assert_eq!(code.advice.zh.is_empty(), code.advice.en.is_empty(), "{}/{}", table.name, code.code);
                let cause = CauseCode::new(table.name, code.code);
                assert_eq!(explain(provider.id(), &cause).map(|found| found.text), Some(code.text));
            }
        }
    }
}

#[test]
fn every_sample_is_recognised_without_suspicion() {
    for provider in ALL {
        assert_unique("samples", provider.samples().iter().map(|sample| sample.name));
        for sample in provider.samples() {
            let decoded = receive(*provider, sample.body.as_bytes()).expect(sample.name);
            assert!(decoded.recognised(), "{}: {decoded:?}", sample.name);
            assert_eq!(decoded.suspicions, [], "{}", sample.name);
            assert_both(sample.name, sample.title);
        }
    }
}

#[test]
fn samples_and_documentation_name_the_same_fields() {
    for provider in ALL {
        let id = provider.id();
        let seen: BTreeSet<String> = provider.samples().iter().flat_map(|sample| names(sample.body)).collect();
        for name in &seen {
            assert!(provider.fields().iter().any(|field| field.name == name), "{id}: {name} is not documented");
        }
        for field in provider.fields().iter().filter(|field| field.required) {
            assert!(seen.contains(field.name), "{id}: no sample has {} of {}", field.name, field.message);
        }
    }
}

#[test]
fn a_sample_cut_short_or_damaged_anywhere_is_read_or_refused() {
    for provider in ALL {
        for sample in provider.samples() {
            let mut bytes = sample.body.as_bytes().to_vec();
            for at in 0..bytes.len() {
                let _ = receive(*provider, &bytes[..at]);
                let flipped = 1 << (at % 8);
                bytes[at] ^= flipped;
                let _ = receive(*provider, &bytes);
                bytes[at] ^= flipped;
            }
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..512)) {
        for provider in ALL {
            let _ = receive(*provider, &body);
        }
    }

    #[test]
    fn arbitrary_markup_is_read_or_refused(body in "[<>&;/!?\\[\\]{}:,\"'a-c0-9 \\-.é\u{0}\\\\]{0,64}") {
        for provider in ALL {
            let _ = receive(*provider, body.as_bytes());
            let _ = receive(*provider, format!("<req>{body}</req>").as_bytes());
            let _ = receive(*provider, format!("{{\"req\":{{\"action\":{body}}}}}").as_bytes());
        }
    }

    #[test]
    fn samples_with_arbitrary_values_are_read_or_refused(text in "\\PC{0,40}", from in 0_usize..2000, length in 0_usize..40) {
        for provider in ALL {
            for sample in provider.samples() {
                let mut body = sample.body.as_bytes().to_vec();
                let from = from % body.len();
                let to = (from + length).min(body.len());
                body.splice(from..to, text.bytes());
                let _ = receive(*provider, &body);
            }
        }
    }
}

fn app(provider: &dyn Provider) -> App {
    App::sample(provider.id())
}

#[test]
fn every_answer_has_a_well_formed_body() {
    let error = |form| DecodeError { fault: Fault::XmlMarkup, at: 7, form };
    for provider in ALL {
        for form in [BodyForm::Json, BodyForm::Xml] {
            check_answer(&provider.ack(&Occasion::Kept(form)), 200);
        }
        for form in [None, Some(BodyForm::Json), Some(BodyForm::Xml)] {
            let ack = provider.ack(&Occasion::Unparsable(&error(form)));
            check_answer(&ack, 400);
            assert!(ack.body.contains("at byte 7"), "{ack:?}");
        }
        check_answer(&provider.ack(&Occasion::Unverified), 401);
        let kinds = [QuestionKind::Call { session: SessionId::new("s") }, QuestionKind::Sms { content: None }];
        for kind in kinds {
            let question = Question { id: "q".to_owned(), x: None, from: None, kind };
            for form in [AnswerForm::Array, AnswerForm::Object] {
                let decision = provider.default_decision(&question, &app(*provider));
                check_answer(&provider.answer(&decision, form), 200);
            }
        }
    }
}
