//! What people read of the contract, held against the types that are sent and read.

use std::collections::BTreeSet;

use schemars::schema_for;
use serde_json::Value;

use super::super::answer::{self, SystemAnswer};
use super::super::question::{self, Asked, SystemQuestion};
use super::*;
use crate::control::rules::Facts;
use crate::domain::{Asks, BindingId, BindingTerms, PhoneNumber, Question, QuestionKind, Secret, SessionId};

/// The contract as people read it.
const DOCUMENTS: [&str; 2] =
    [include_str!("../../../../docs/decision-webhook.md"), include_str!("../../../../docs/decision-webhook.zh.md")];

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

/// The body and the id of a question that is put two milliseconds after it came.
fn sent(id: &str, kind: QuestionKind, bound: bool) -> (String, String) {
    let (x, from) = (number("17000000001"), number("13800000001"));
    let mut terms = BindingTerms::new(from.clone(), x.clone(), Some(number("13800000002")));
    terms.user_data = Some("order=17".to_owned());
    let other = number("13800000002");
    let question = Question { id: id.to_owned(), x: Some(x.clone()), from: Some(from.clone()), kind };
    let facts = Facts {
        asks: question.asks(),
        x: Some(&x),
        from: Some(&from),
        at: "2026-11-21T04:00:00Z".parse().unwrap(),
        bound: bound.then_some((&other, &terms)),
    };
    let asked = Asked {
        app: "order-hotline",
        question: &question,
        facts: &facts,
        binding: bound.then_some(BindingId(128)),
        at: "2026-11-21T04:00:00.002Z".parse().unwrap(),
    };
    assert_eq!(asked.at.as_second(), EXAMPLE_SECONDS);
    (String::from_utf8(asked.body()).unwrap(), asked.id())
}

#[test]
fn the_examples_of_questions_are_what_is_sent_and_their_signature_holds() {
    let session = "1200_77_0_20261121040000@huaweicaas.com";
    let (body, id) = sent(session, QuestionKind::Call { session: SessionId::new(session) }, true);
    assert_eq!((body.as_str(), id.as_str()), (CALL_QUESTION, EXAMPLE_ID));
    let signed = question::sign(&Secret::new(EXAMPLE_SECRET), &id, EXAMPLE_SECONDS, body.as_bytes());
    assert_eq!(signed.as_deref(), Some(EXAMPLE_SIGNATURE));
    let content = Some("I am downstairs".to_owned());
    let (body, _) = sent("20261121040000-77", QuestionKind::Sms { content }, false);
    assert_eq!(body, SMS_QUESTION);
}

#[test]
fn the_examples_of_answers_are_read_as_what_they_are() {
    for answer in ANSWERS {
        let expected = if answer.action == "next" { Asking::Passed } else { Asking::Decided };
        for example in answer.examples {
            assert_eq!(answer::read(example.as_bytes()).asking, expected, "{example}");
            assert!(example.contains(&format!(r#""do":"{}""#, answer.action)), "{example}");
        }
    }
}

fn names(properties: &Value) -> BTreeSet<String> {
    properties.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn every_field_that_is_sent_or_read_is_explained_and_no_other() {
    let schema = schema_for!(SystemQuestion<'_>).to_value();
    let of = |definition: &str| names(&schema["$defs"][definition]["properties"]);
    let under =
        |prefix: &'static str, names: BTreeSet<String>| names.into_iter().map(move |name| format!("{prefix}{name}"));
    let mut sent: BTreeSet<String> = names(&schema["properties"]);
    sent.remove("data");
    sent.extend(under("data.", of("SystemQuestionData")));
    sent.extend(under("data.binding.", of("SystemQuestionBinding")));
    for document in DOCUMENTS {
        let question = document.split("\n## ").nth(2).unwrap();
        assert_eq!(rows(question), sent);
    }

    let schema = schema_for!(SystemAnswer).to_value();
    let read = schema["oneOf"].as_array().unwrap().iter().map(|one| {
        let mut fields = names(&one["properties"]);
        fields.remove("do");
        (one["properties"]["do"]["const"].as_str().unwrap().to_owned(), fields)
    });
    let read: Vec<_> = read.collect();
    assert!(read.iter().map(|(action, _)| action.as_str()).eq(ANSWERS.iter().map(|answer| answer.action)));
    for document in DOCUMENTS {
        let sections = document.split("\n### `").skip(1);
        let explained = sections.map(|section| (section.split('`').next().unwrap().to_owned(), rows(section)));
        assert_eq!(explained.collect::<Vec<_>>(), read);
    }
}

/// The names that the rows of a section's tables begin with.
fn rows(section: &str) -> BTreeSet<String> {
    let section = section.split("\n## ").next().unwrap();
    let named = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    named.map(str::to_owned).collect()
}

#[test]
fn the_document_shows_the_same_examples() {
    let answers = ANSWERS.iter().flat_map(|answer| answer.examples).copied();
    let signed = [EXAMPLE_SECRET, EXAMPLE_ID, EXAMPLE_SIGNATURE, CALL_QUESTION, SMS_QUESTION];
    for (example, document) in signed.into_iter().chain(answers).flat_map(|e| DOCUMENTS.map(|d| (e, d))) {
        assert!(document.contains(example), "{example} is not shown");
    }
    assert_eq!(Asks::ALL.len(), 2, "a question of another kind takes an example too");
}
