//! A person leaves a whole installation: nothing of the number is on the disk, every count is
//! as it was, the journal verifies, and an interrupted erasure comes to its end.

use std::path::Path;
use std::time::{Duration, Instant};

use super::*;
use crate::bindings::Bindings;
use crate::domain::{Ack, App, AppId, BindingTerms, Call, Direction, ProviderId};
use crate::journal::{CallbackRecord, Entry, NewRecord, verify};
use crate::retention::Hold;
use crate::retention::tests::{House, Known};
use crate::state::{Author, Behalf};

const DEADLINE: Duration = Duration::from_secs(60);

fn bindings(house: &House) -> Bindings {
    Bindings::within(house.logs.path(), &house.parts().2.installation(), &house.clock)
}

fn service(house: &House, bindings: &Bindings) -> Erasure {
    let (journal, store, state) = house.parts();
    let data = house.logs.path().to_owned();
    Erasure::new(journal, store, bindings.clone(), state, house.retention.clone(), house.clock.clone(), data)
}

fn app() -> App {
    App { id: AppId(3), ..App::sample(ProviderId("huawei-private")) }
}

fn terms(a: &PhoneNumber) -> BindingTerms {
    // An X for each, so that nobody is bound twice on it.
    let x = PhoneNumber::from_stored(format!("+861700000{}", &a.national()[7..]));
    let direction = Some(Direction::AToB);
    BindingTerms { direction, ..BindingTerms::new(a.clone(), x, PhoneNumber::parse("13600000088")) }
}

/// A person with calls, and the calls of others.
fn person(calls: &[Call]) -> PhoneNumber {
    let parties = calls.iter().flat_map(|call| [&call.caller, &call.callee]).flatten();
    let person = parties.clone().find(|number| Needle::new(number).is_some_and(|_| number.national().len() == 11));
    person.expect("the samples name people").clone()
}

/// Somebody who wrote once and never called.
async fn writer(house: &House) -> PhoneNumber {
    let journal = house.parts().0;
    let records = journal.read(1, usize::MAX).unwrap();
    let mut written = records.into_iter().find_map(|record| match record.body {
        Body::Callback(callback) if callback.body.windows(8).any(|word| word == b"smsEvent") => Some(callback),
        _ => None,
    });
    let callback = written.as_mut().expect("the samples have a message");
    callback.body = br#"{"appKey":"k","smsEvent":{"smsIdentifier":"w1","notificationMode":"Notify",
        "calling":"+8613912340099","virtualNumber":"+8617000000099","event":"Text SMS",
        "timeStamp":"2026-11-20T09:06:16.450Z"}}"#
        .to_vec();
    callback.question = None;
    let body = Body::Callback(written.unwrap());
    journal.append(NewRecord { at: house.clock.now(), body }).await.unwrap();
    house.caught_up();
    PhoneNumber::parse("13912340099").unwrap()
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn files_with(dir: &Path, number: &PhoneNumber) -> Vec<PathBuf> {
    let needle = Needle::new(number).unwrap();
    let mut all = Vec::new();
    files(dir, &mut all);
    all.retain(|path| needle.is_in(&std::fs::read(path).unwrap()));
    all
}

fn wanted(number: &PhoneNumber, pseudonymise: bool, dry_run: bool) -> Wanted {
    let reason = format!("asked by {} himself", number.reveal());
    Wanted { number: number.reveal().to_owned(), pseudonymise, dry_run, reason }
}

async fn begin(erasure: &Erasure, by: &Author, wanted: Wanted) -> Result<Job, ErasureError> {
    erasure.start(by, erasure.examine(wanted).await?).await
}

fn finished(erasure: &Erasure) -> Job {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let standing = erasure.standing();
        if let (None, Some(job)) = (standing.running, standing.last) {
            return job;
        }
        assert!(Instant::now() < deadline, "it does not end");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// What else of the installation knows the number.
async fn traces(house: &House, number: &PhoneNumber) {
    let (journal, _, state) = house.parts();
    let personal = serde_json::json!({"personal": {"query": number.reveal(), "salt": "s"}, "hash": "kept"});
    let Value::Object(fields) = personal else { panic!("an object") };
    let body = Body::Entry(Entry { kind: "audit".to_owned(), fields });
    journal.append(NewRecord { at: house.clock.now(), body }).await.unwrap();
    state.set_value(Behalf::House, "search/1", &format!("number={}", number.national())).await.unwrap();
    let question = journal.read(1, usize::MAX).unwrap().into_iter().find_map(|record| match record.body {
        Body::Callback(mut callback) => callback.decision.take().map(|note| (callback, note)),
        _ => None,
    });
    let (mut callback, mut note) = question.expect("the samples have a question");
    note.to = Some(number.clone());
    note.rule = Some((1, format!("to {}", number.national())));
    callback.decision = Some(note);
    journal.append(NewRecord { at: house.clock.now(), body: Body::Callback(callback) }).await.unwrap();
    let torn = house.logs.path().join("torn");
    std::fs::create_dir_all(&torn).unwrap();
    std::fs::write(torn.join("x"), format!("half a line {}", number.reveal())).unwrap();
    house.caught_up();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_removes_the_person_and_keeps_every_count() {
    let house = House::with_days(3, false).await;
    let person = person(&house.known().calls);
    traces(&house, &person).await;
    let before = house.known();
    let bound = bindings(&house);
    let erasure = service(&house, &bound);
    let by = Author::of_tests();
    let theirs = bound.add(&by, &app(), terms(&person)).await.unwrap();
    let anothers = bound.add(&by, &app(), terms(&PhoneNumber::parse("13712340077").unwrap())).await.unwrap();
    begin(&erasure, &by, wanted(&person, false, true)).await.unwrap();
    let found = finished(&erasure).result.unwrap();
    assert!(found.calls > 0 && found.callbacks > 0 && found.audit == 1 && found.torn == 1, "{found:?}");
    assert_eq!(found.bindings, 1);
    house.known().assert_is(&before, "after a search");

    let erasure = service(&house, &bound);
    let job = begin(&erasure, &by, wanted(&person, false, false)).await.unwrap();
    let done = finished(&erasure);
    assert_eq!(done.error, None);
    assert_eq!(done.result.unwrap(), found);
    let after = house.known();
    assert_eq!(after.ledger, before.ledger);
    let sum = |known: &[crate::store::StatRow]| {
        known.iter().map(|row| (row.calls, row.answered)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
    };
    assert_eq!(sum(&after.stats), sum(&before.stats));
    assert_eq!(after.calls.len(), before.calls.len());
    assert_eq!(after.sms.len(), before.sms.len());
    let others = |call: &&Call| ![&call.caller, &call.callee, &call.x].into_iter().flatten().any(|n| *n == person);
    let left: Vec<_> = after.calls.iter().filter(|call| before.calls.contains(call)).collect();
    let strangers: Vec<_> = before.calls.iter().filter(others).collect();
    assert!(left.len() >= strangers.len() / 2, "{} of {}", left.len(), strangers.len());
    let decided = |known: &Known| known.callbacks.iter().filter(|row| row.decision.is_some()).count();
    assert_eq!(decided(&after), decided(&before));
    let theirs = bound.get(theirs.id).unwrap().unwrap();
    assert!(theirs.ended_at.is_some() && theirs.terms.a.reveal() == "+86*", "{theirs:?}");
    assert_eq!(bound.get(anothers.id).unwrap().unwrap(), anothers);
    assert_eq!(files_with(house.logs.path(), &person), Vec::<PathBuf>::new());

    let certificate = erasure.certificate(&job.asked.id).unwrap().unwrap();
    assert_eq!(certificate.mode, "erased");
    assert!(!certificate.segments.is_empty());
    assert!(certificate.segments.iter().all(|segment| segment.before != segment.after));
    assert!(certificate.statement.contains("Backups"));
    assert_eq!(erasure.certificates().unwrap(), [certificate]);
    let (journal, ..) = house.parts();
    journal.close();
    let report = verify(&house.logs.path().join("journal")).unwrap();
    assert_eq!(report.damaged, 0, "{:?}", report.damages);
    let house = house.reopened(true);
    house.known().assert_is(&after, "when rebuilt");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pseudonym_keeps_the_calls_of_one_person_together() {
    let house = House::with_days(2, false).await;
    let before = house.known();
    let person = person(&before.calls);
    let theirs = |calls: &[Call], number: &PhoneNumber| {
        calls.iter().filter(|call| call.caller.as_ref() == Some(number) || call.callee.as_ref() == Some(number)).count()
    };
    let bound = bindings(&house);
    let erasure = service(&house, &bound);
    begin(&erasure, &Author::of_tests(), wanted(&person, true, false)).await.unwrap();
    assert_eq!(finished(&erasure).error, None);
    let after = house.known();
    let pseudonym = after.calls.iter().flat_map(|call| [&call.caller, &call.callee]).flatten();
    let pseudonym = pseudonym.clone().find(|number| number.reveal().starts_with("p-")).unwrap();
    assert_eq!(theirs(&after.calls, pseudonym), theirs(&before.calls, &person));
    assert_eq!(files_with(house.logs.path(), &person), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_erasure_resumes_at_the_next_start() {
    let house = House::with_days(2, false).await;
    let person = person(&house.known().calls);
    traces(&house, &person).await;
    let bound = bindings(&house);
    let erasure = service(&house, &bound);
    erasure.stop();
    begin(&erasure, &Author::of_tests(), wanted(&person, false, false)).await.unwrap();
    assert!(finished(&erasure).error.is_some());
    assert!(!files_with(house.logs.path(), &person).is_empty());
    let (_, _, state) = house.parts();
    let intent = state.sealed_value(INTENT).expect("the intent outlives the process");
    assert!(intent.reveal().contains(person.reveal()));
    let mut all = Vec::new();
    files(&house.logs.path().join("state"), &mut all);
    drop((state, erasure));
    let house = house.reopened(false);
    let erasure = service(&house, &bound);
    erasure.resume();
    assert_eq!(finished(&erasure).error, None);
    assert_eq!(files_with(house.logs.path(), &person), Vec::<PathBuf>::new());
    let (_, _, state) = house.parts();
    assert!(state.sealed_value(INTENT).is_none());
    assert_eq!(erasure.certificates().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_or_a_missing_reason_prevents_an_erasure() {
    let house = House::with_days(1, false).await;
    let person = person(&house.known().calls);
    let by = Author::of_tests();
    let hold = Hold {
        id: String::new(),
        name: "dispute".to_owned(),
        reason: "court".to_owned(),
        app: None,
        number: Some(person.national().to_owned()),
        session: None,
        from: None,
        to: None,
        by: String::new(),
        by_kind: None,
        created_at: String::new(),
    };
    house.retention.add_hold(&by, hold.clone()).await.unwrap();
    let bound = bindings(&house);
    let erasure = service(&house, &bound);
    let held = begin(&erasure, &by, wanted(&person, false, false)).await;
    assert!(matches!(held, Err(ErasureError::Held(name)) if name == "dispute"));
    let only_messages = writer(&house).await;
    let number = Some(only_messages.national().to_owned());
    let id = house.retention.holds()[0].id.clone();
    house.retention.end_hold(&by, &id).await.unwrap();
    house.retention.add_hold(&by, Hold { name: "messages".to_owned(), number, ..hold }).await.unwrap();
    let held = begin(&erasure, &by, wanted(&only_messages, false, false)).await;
    assert!(matches!(held, Err(ErasureError::Held(name)) if name == "messages"));
    let silent = Wanted { reason: " ".to_owned(), ..wanted(&person, false, false) };
    assert!(matches!(begin(&erasure, &by, silent).await, Err(ErasureError::NoReason)));
    let short = Wanted { number: "10086".to_owned(), ..wanted(&person, false, true) };
    assert!(matches!(begin(&erasure, &by, short).await, Err(ErasureError::NotAPerson)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_which_the_number_is_written_with_escapes_is_erased_too() {
    let house = House::with_days(0, false).await;
    let journal = house.parts().0;
    // Not understood, so that nothing but its bytes says whose it is.
    let escaped = [
        (r#"{"eventType":"later","statusInfo":{"memo":"\u0031\u003381234\u0030021"}}"#, "huawei-private"),
        (r#"{"eventType":"later","statusInfo":{"memo":"{\"to\":\"\\u003138-1234-0021\"}"}}"#, "huawei-voice"),
        ("<req><action>Later</action><memo>&#49;&#x33;812340021</memo></req>", "jiuyun"),
        ("<req><action>Later</action><memo>https://a.example/?to=%313812340021</memo></req>", "jiuyun"),
    ];
    for (body, provider) in escaped.into_iter().chain([("<req><action>Later</action></req>", "jiuyun")]) {
        let callback = CallbackRecord {
            app: AppId(3),
            provider: provider.to_owned(),
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            tail: String::new(),
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            verified: None,
            reply: Ack { status: 200, content_type: String::new(), body: String::new() },
            question: None,
            decision: None,
            foreign: Vec::new(),
        };
        let body = Body::Callback(Box::new(callback));
        journal.append(NewRecord { at: house.clock.now(), body }).await.unwrap();
    }
    house.caught_up();
    let bound = bindings(&house);
    let erasure = service(&house, &bound);
    let number = PhoneNumber::parse("13812340021").unwrap();
    begin(&erasure, &Author::of_tests(), wanted(&number, false, false)).await.unwrap();
    let done = finished(&erasure);
    assert_eq!((done.error, done.result.unwrap().callbacks), (None, 4));
    let left = journal.read(1, usize::MAX).unwrap().into_iter().filter_map(|record| match record.body {
        Body::Callback(callback) => Some(callback.body),
        _ => None,
    });
    assert_eq!(left.collect::<Vec<_>>(), [b"<req><action>Later</action></req>"], "that of nobody stays");
    assert!(files_with(&house.logs.path().join("journal"), &number).is_empty());
}
