//! What a callback becomes when its provider misbehaves, and counts that must not get lost.
//!
//! A provider of this file panics on demand, because a real one never should. Everything else of
//! the write path is tested over the wire, in `run` and in `tests/it/`.

use jiff::Timestamp;

use super::*;
use crate::bindings::Bindings;
use crate::domain::{
    AnswerForm, CallDecision, Decision, Lang, Outcome, ProviderId, Question, QuestionKind, Secret, SessionId,
    VerifyMode,
};
use crate::journal::testing::MemoryJournal;
use crate::journal::{Record, Tally};
use crate::platforms::{
    Address, BodyForm, CodeTable, DecodeError, Decoded, Fault, FieldDoc, Occasion, ProductInfo, Provider,
    RetrySchedule, Sample, Secrets, Verdict, Verified, VerifyError,
};
use crate::state::State;

fn now() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

fn app(verify: VerifyMode) -> App {
    let app_secret = Some(Secret::new("secret"));
    App { id: AppId(7), app_secret, verify, ..App::sample(ProviderId("touchy")) }
}

fn callback(body: &str) -> Callback {
    Callback {
        app: AppId(7),
        provider: ProviderId("touchy"),
        received_at: now(),
        peer: "203.0.113.7".parse().unwrap(),
        tail: "/status".into(),
        target: "/callbacks/0123456789abcdef/status".into(),
        hosts: Vec::new(),
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    }
}

/// A platform that does what its callback's body says.
#[derive(Debug)]
struct Touchy;

impl Provider for Touchy {
    fn id(&self) -> ProviderId {
        ProviderId("touchy")
    }
    fn title(&self, _: Lang) -> &'static str {
        "Touchy"
    }
    fn products(&self) -> &'static [ProductInfo] {
        &[]
    }

    fn addresses(&self) -> &'static [Address] {
        &[]
    }
    fn fields(&self) -> &'static [FieldDoc] {
        &[]
    }
    fn codes(&self) -> &'static [CodeTable] {
        &[]
    }
    fn samples(&self) -> &'static [Sample] {
        &[]
    }
    fn retry(&self) -> RetrySchedule {
        const TEXT: crate::domain::Text = crate::domain::Text { zh: "", en: "" };
        const A_MINUTE: &[std::time::Duration] = &[std::time::Duration::from_secs(60)];
        RetrySchedule { events: A_MINUTE, records: &[], sms: &[], text: TEXT }
    }
    fn recording_days(&self) -> u32 {
        7
    }
    fn can_verify(&self, _app: &App) -> bool {
        true
    }
    fn verify(&self, callback: &Callback, _: &Secrets<'_>) -> Verdict {
        match callback.body.as_slice() {
            b"verify panics" => panic!("on purpose"),
            b"forged" => Verdict::Failed(VerifyError::Digest),
            _ => Verdict::Passed("recipe"),
        }
    }
    fn decode(&self, callback: &Verified<'_>) -> Result<Decoded, DecodeError> {
        let question = |kind| Some(Question { id: "q1".into(), x: None, from: None, kind });
        let decoded = |question| Decoded {
            form: BodyForm::Json,
            items: vec![],
            applications: vec![],
            question,
            suspicions: vec![],
        };
        match callback.callback().body.as_slice() {
            b"decode panics" => panic!("on purpose"),
            b"garbage" => Err(DecodeError { fault: Fault::Json, at: 0, form: None }),
            b"where to?" => Ok(decoded(question(QuestionKind::Call { session: SessionId::new("s") }))),
            b"forward it?" => Ok(decoded(question(QuestionKind::Sms { content: None }))),
            _ => Ok(decoded(None)),
        }
    }
    fn ack(&self, occasion: &Occasion<'_>) -> Ack {
        let (status, body) = match occasion {
            Occasion::Kept(_) => (200, "kept"),
            Occasion::Unparsable(_) => (400, "unparsable"),
            Occasion::Unverified => (401, "unverified"),
        };
        Ack { status, content_type: "text/plain".into(), body: body.into() }
    }
    fn default_decision(&self, _: &Question, _: &App) -> Decision {
        Decision::Call(CallDecision::Close { tone: None, user_data: None })
    }
    fn answer(&self, _: &Decision, _: AnswerForm) -> Ack {
        Ack { status: 200, content_type: "text/plain".into(), body: "close".into() }
    }
}

fn read(verify: VerifyMode, body: &str) -> Reading {
    Reading::by(&Touchy, &app(verify), &callback(body), None, now())
}

fn check(verify: VerifyMode, body: &str, outcome: Outcome, status: u16, verified: Option<bool>) {
    let reading = read(verify, body);
    let Reply::Now(ack) = reading.reply else { panic!("{body} became a question") };
    assert_eq!((reading.outcome, ack.status, reading.verified), (outcome, status, verified), "{verify:?} {body}");
}

#[test]
fn a_signature_is_flagged_or_enforced_or_not_looked_at() {
    check(VerifyMode::Off, "forged", Outcome::Unrecognised, 200, None);
    check(VerifyMode::Log, "forged", Outcome::Unrecognised, 200, Some(false));
    check(VerifyMode::Enforce, "forged", Outcome::Unverified, 401, Some(false));
    check(VerifyMode::Enforce, "anything", Outcome::Unrecognised, 200, Some(true));
}

#[test]
fn what_cannot_be_read_is_kept_with_the_answer_it_got() {
    check(VerifyMode::Off, "garbage", Outcome::Unparsable, 400, None);
}

#[test]
fn a_provider_that_panics_loses_nothing() {
    check(VerifyMode::Off, "decode panics", Outcome::Unrecognised, 200, None);
    check(VerifyMode::Log, "verify panics", Outcome::Unrecognised, 200, Some(false));
    check(VerifyMode::Enforce, "verify panics", Outcome::Unverified, 401, Some(false));
}

#[test]
fn whether_a_callback_comes_again_depends_on_its_kind() {
    assert!(read(VerifyMode::Off, "where to?").comes_again);
    assert!(!read(VerifyMode::Off, "forward it?").comes_again);
    assert!(!read(VerifyMode::Off, "anything").comes_again);
    assert!(!read(VerifyMode::Off, "garbage").comes_again);
}

#[tokio::test]
async fn counts_that_could_not_be_written_are_written_later() {
    let tallies = Tallies::default();
    let journal = MemoryJournal::default();
    tallies.add_refused(None);
    tallies.add_lost(Some(AppId(7)));
    journal.refuse(true);
    tallies.flush(&journal, now()).await;
    tallies.add_refused(None);
    assert_eq!(tallies.pending().iter().map(|p| p.refused).sum::<u64>(), 2);

    journal.refuse(false);
    tallies.flush(&journal, now()).await;
    assert!(tallies.pending().is_empty());
    let tally = |record: Record| match record.body {
        Body::Tally(tally) => tally,
        other => panic!("{other:?}"),
    };
    let written: Vec<Tally> = journal.records().into_iter().map(tally).collect();
    assert!(written.contains(&Tally { app: None, refused: 2, possibly_lost: 0 }), "{written:?}");
    assert!(written.contains(&Tally { app: Some(AppId(7)), refused: 0, possibly_lost: 1 }), "{written:?}");
}

/// A write path into a journal that refuses.
fn refusing(dir: &std::path::Path) -> Ingest {
    let journal = Arc::new(MemoryJournal::default());
    journal.refuse(true);
    let clock = Clock::fixed(now());
    let state = State::within(dir, &clock).unwrap();
    let bindings = Bindings::within(dir, &state.installation(), &clock);
    let control = Control::new(state, bindings, clock.clone(), None).unwrap();
    Ingest::new(journal, Answers::default(), control, clock, None)
}

#[tokio::test]
async fn a_refusing_journal_means_503_and_a_count() {
    let dir = tempfile::tempdir().unwrap();
    let ingest = refusing(dir.path());
    let error = ingest.receive(Arc::new(app(VerifyMode::Off)), callback("anything")).await.unwrap_err();
    assert!(matches!(error.0, AppendError::QueueFull));
    assert_eq!(ingest.pending(), [Pending { app: Some(AppId(7)), refused: 0, possibly_lost: 1 }]);
    assert_eq!(ingest.counts().callbacks_not_kept(), [(AppId(7), 1)]);
}

/// Counts the warnings of this room.
#[derive(Clone, Default)]
struct Warnings(Arc<std::sync::atomic::AtomicUsize>);

impl tracing::Subscriber for Warnings {
    fn enabled(&self, of: &tracing::Metadata<'_>) -> bool {
        *of.level() == tracing::Level::WARN && of.target() == "ringback::ingest"
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// A full disk refuses a thousand callbacks a second, and each was a line of the log.
#[tokio::test]
async fn callbacks_that_cannot_be_kept_do_not_fill_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let ingest = refusing(dir.path());
    let warnings = Warnings::default();
    let _here = tracing::subscriber::set_default(warnings.clone());
    let lost = 2 * limits::REFUSALS_LOGGED_EVERY + 1;
    for _ in 0..lost {
        ingest.receive(Arc::new(app(VerifyMode::Off)), callback("anything")).await.unwrap_err();
    }
    assert_eq!(ingest.counts().callbacks_not_kept(), [(AppId(7), lost)]);
    assert_eq!(warnings.0.load(std::sync::atomic::Ordering::Relaxed), 3);
}
