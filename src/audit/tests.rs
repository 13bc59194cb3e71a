//! The trail in a real journal: what it says when somebody tampered, and when nobody did.

use std::collections::HashSet;

use super::*;
use crate::domain::{ActorKind, Role, Scope};
use crate::journal::testing::{Logs, MemoryJournal, on_both};
use crate::journal::{Packing, Record, RecordAction, Rewrite, Tally};

on_both! {
    entries_written_at_once_form_one_chain
    the_chain_goes_on_after_a_restart_wherever_its_last_entry_stands
    a_changed_entry_is_found_by_its_number
    an_entry_whose_own_hash_was_made_anew_breaks_the_chain_behind_it
    a_removed_entry_is_missed
    an_erased_personal_part_leaves_the_chain_whole
    the_oldest_entries_may_go_once_an_anchor_says_so
    the_same_personal_part_has_another_hash_each_time
    an_entry_of_an_earlier_version_says_who_it_was_only_where_that_is_certain
}

fn lin() -> Principal {
    Principal { kind: ActorKind::User, name: "lin".to_owned(), role: Role::Admin, scope: Scope::All }
}

/// The entries; in memory others write as well.
fn records(journal: &dyn Journal) -> Vec<Record> {
    let mut records = journal.read(1, 1 << 20).unwrap();
    records.retain(|record| AuditEntry::read(record).is_some());
    records
}

fn check<'r>(records: impl IntoIterator<Item = &'r Record>) -> ChainReport {
    let mut chain = Chain::default();
    records.into_iter().for_each(|record| chain.check(record));
    chain.finish()
}

/// Five entries, each with something personal.
async fn five(journal: &Arc<dyn Rewrite>) -> Audit {
    let audit = Audit::new(journal.clone(), Clock::system());
    for n in 0..5 {
        let act = Act::new(&lin(), AuditAction::Reveal, format!("call {n}")).with("number", format!("1381234002{n}"));
        audit.record(act).await.unwrap();
    }
    audit
}

fn field<'r>(record: &'r mut Record, name: &str) -> &'r mut Value {
    let Body::Entry(entry) = &mut record.body else { panic!("an entry") };
    entry.fields.get_mut(name).unwrap()
}

async fn entries_written_at_once_form_one_chain(logs: Logs) {
    let journal = logs.journal();
    let audit = Audit::new(journal.clone(), Clock::system());
    let tasks = (0..20).map(|n| {
        let audit = audit.clone();
        tokio::spawn(async move { audit.record(Act::new(&lin(), AuditAction::Export, n.to_string())).await.unwrap() })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let report = check(&records(&*journal));
    assert_eq!((report.entries, report.broken, report.head.unwrap().0), (20, None, 20));
}

async fn the_chain_goes_on_after_a_restart_wherever_its_last_entry_stands(logs: Logs) {
    let tally = || NewRecord { at: Timestamp::UNIX_EPOCH, body: Body::Tally(Tally::default()) };
    for others in [0, 150] {
        let journal = logs.journal();
        five(&journal).await;
        for _ in 0..others {
            journal.append(tally()).await.unwrap();
        }
        journal.close();
    }
    let journal = logs.journal();
    five(&journal).await;
    let report = check(&records(&*journal));
    assert_eq!((report.entries, report.broken), (15, None));
}

async fn a_changed_entry_is_found_by_its_number(logs: Logs) {
    let journal = logs.journal();
    five(&journal).await;
    for (name, value) in [("by", "wang"), ("subject", "call 9"), ("action", "export")] {
        let mut records = records(&*journal);
        *field(&mut records[2], name) = value.into();
        let broken = check(&records).broken.unwrap();
        assert_eq!((broken.n, broken.reason), (3, chain::CHANGED), "{name}");
    }
    let mut records = records(&*journal);
    field(&mut records[3], "personal")["number"] = "10086".into();
    assert_eq!(check(&records).broken.unwrap().n, 4);
}

async fn an_entry_whose_own_hash_was_made_anew_breaks_the_chain_behind_it(logs: Logs) {
    let journal = logs.journal();
    five(&journal).await;
    let mut records = records(&*journal);
    *field(&mut records[2], "by") = "wang".into();
    let Body::Entry(entry) = &records[2].body else { panic!("an entry") };
    let hash = entry::public_hash(records[2].at, &entry.fields);
    *field(&mut records[2], "hash") = hash.into();
    assert_eq!(check(&records).broken.unwrap().n, 4);
}

async fn a_removed_entry_is_missed(logs: Logs) {
    let journal = logs.journal();
    five(&journal).await;
    let mut records = records(&*journal);
    records.remove(2);
    let broken = check(&records).broken.unwrap();
    assert_eq!((broken.n, broken.reason), (4, chain::MISSING));
    records.remove(0);
    assert_eq!(check(&records).broken.unwrap().n, 2, "the first entries are missing without an anchor");
}

async fn an_erased_personal_part_leaves_the_chain_whole(logs: Logs) {
    let journal = logs.journal();
    let audit = five(&journal).await;
    journal.roll().unwrap();
    let written = records(&*journal);
    let erased = [written[1].seq, written[4].seq];
    let mut erase = |record: &Record| match &record.body {
        Body::Entry(entry) if erased.contains(&record.seq) => {
            RecordAction::Replace(Body::Entry(without_personal(entry)))
        }
        _ => RecordAction::Keep,
    };
    journal.rewrite(journal.segments()[0], Packing::Fast, &mut erase).unwrap();
    audit.record(Act::new(&lin(), AuditAction::Erase, "a person")).await.unwrap();
    let read = records(&*journal);
    let report = check(&read);
    assert_eq!((report.entries, report.erased, report.broken), (6, 2, None));
    assert_eq!(AuditEntry::read(&read[1]).unwrap().personal, None);
    assert_eq!(AuditEntry::read(&read[2]).unwrap().personal.unwrap()["number"], "13812340022");
    assert_eq!(AuditEntry::read(&read[5]).unwrap().personal, Some(Map::new()));
}

async fn the_oldest_entries_may_go_once_an_anchor_says_so(logs: Logs) {
    let journal = logs.journal();
    let audit = five(&journal).await;
    let third = AuditEntry::read(&records(&*journal)[2]).unwrap();
    let anchor = Anchor { n: third.n, hash: third.hash };
    audit.record_anchor(Act::new(&lin(), AuditAction::AuditTrim, "audit"), anchor).await.unwrap();
    let records = records(&*journal);
    for kept_from in 0..=3 {
        let report = check(&records[kept_from..]);
        assert_eq!((report.broken, report.removed), (None, kept_from as u64), "{kept_from} removed");
    }
    assert_eq!(check(&records[4..]).broken.unwrap().n, 5, "more was removed than the anchor says");
}

async fn the_same_personal_part_has_another_hash_each_time(logs: Logs) {
    let journal = logs.journal();
    let audit = Audit::new(journal.clone(), Clock::system());
    for _ in 0..2 {
        audit.record(Act::new(&lin(), AuditAction::Reveal, "call 1").with("number", "13812340021")).await.unwrap();
    }
    let mut records = records(&*journal);
    let hashes: HashSet<String> = records.iter_mut().map(|r| field(r, "personal_hash").to_string()).collect();
    assert_eq!(hashes.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_writers_make_one_chain() {
    let journal = MemoryJournal::chatter();
    let audits = [(); 3].map(|()| Audit::new(Arc::new(journal.beside()), Clock::system()));
    let tasks = (0..60).map(|n| {
        let audit = audits[n % 3].clone();
        tokio::spawn(async move { audit.record(Act::new(&lin(), AuditAction::Export, n.to_string())).await.unwrap() })
    });
    let mut numbers = HashSet::new();
    for task in tasks.collect::<Vec<_>>() {
        assert!(numbers.insert(task.await.unwrap()), "each entry has a number of its own");
    }
    let report = check(&journal.records());
    assert_eq!((report.entries, report.aside, report.broken), (60, 0, None));
    assert_eq!(report.head.unwrap().0, 60);
}

#[test]
fn hashes_are_those_that_jq_and_sha256sum_compute() {
    let value = serde_json::json!({"b": [1, {"d": null, "c": "回铃"}], "a": "x\"y"});
    let expected = by_hand(r#"{"a":"x\"y","b":[1,{"c":"回铃","d":null}]}"#);
    assert_eq!(entry::sha256(&value), expected);
}

async fn an_entry_of_an_earlier_version_says_who_it_was_only_where_that_is_certain(logs: Logs) {
    let journal = logs.journal();
    five(&journal).await;
    let record = records(&*journal).remove(0);
    let read = |by: &str, action: &str, peer: Option<&str>| {
        let mut record = record.clone();
        let Body::Entry(entry) = &mut record.body else { panic!("an entry") };
        entry.fields.remove("by_kind").expect("it is written now");
        entry.fields.insert("by".to_owned(), by.into());
        entry.fields.insert("action".to_owned(), action.into());
        entry.fields.insert("peer".to_owned(), peer.into());
        AuditEntry::read(&record).unwrap().by
    };
    assert_eq!(read("lin", "app.add", Some("127.0.0.1")), ActorId::named("lin"), "a user or a token");
    assert_eq!(read("lin", "login", Some("127.0.0.1")).kind, Some(ActorKind::User));
    assert_eq!(read("command line", "app.add", None).kind, Some(ActorKind::CommandLine));
    assert_eq!(read("command line", "app.add", Some("127.0.0.1")).kind, None, "a token could be called so");
    assert_eq!(read("?", "login.failed", Some("127.0.0.1")).kind, Some(ActorKind::Unknown));
}

#[tokio::test]
async fn an_outcome_that_the_journal_did_not_take_is_written_before_the_next_entry() {
    let journal = Arc::new(MemoryJournal::default());
    let audit = Audit::new(journal.clone(), Clock::system());
    let author = audit.author(&lin(), Act::new(&lin(), AuditAction::TokenAdd, "token ghost"));
    author.on_record().await.unwrap();
    author.on_record().await.unwrap();
    journal.refuse(true);
    author.failed("state_not_written").await;
    let other = audit.author(&lin(), Act::new(&lin(), AuditAction::TokenAdd, "token other"));
    assert!(other.on_record().await.is_err(), "and so nothing may be changed");
    other.failed("never begun").await;
    journal.refuse(false);
    other.on_record().await.unwrap();
    let records = journal.records();
    let trail: Vec<_> = records.iter().filter_map(AuditEntry::read).collect();
    let told: Vec<_> = trail.iter().map(|entry| (entry.action.as_str(), entry.subject.as_str())).collect();
    assert_eq!(told, [("token.add", "token ghost"), ("outcome", "token ghost"), ("token.add", "token other")]);
    let ended = trail[1].ended.as_ref().unwrap();
    assert_eq!(
        (ended.of, ended.how.as_str(), ended.code.as_deref()),
        (trail[0].seq, "failed", Some("state_not_written"))
    );
    assert_eq!(check(&records).broken, None);
}

fn by_hand(text: &str) -> String {
    use sha2::Digest as _;
    crate::state::random::hex(&sha2::Sha256::digest(text))
}
