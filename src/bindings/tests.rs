//! Bindings on a real disk: looked up, changed, ended, imported, killed and copied.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::domain::{App, BindingKind, Direction, ProviderId};
use crate::journal::FileJournal;
use crate::journal::testing::{Logs, MemoryJournal, on_both};
use crate::state::Author;
use crate::store::Filter;

on_both! {
    who_is_bound_is_found_at_once_and_after_every_kind_of_restart
    a_binding_that_changes_or_ends_answers_as_it_is_now
    nobody_is_bound_twice_on_one_number_at_one_time
    what_the_platform_would_not_take_is_not_bound
    an_import_says_what_became_of_each_line_and_may_be_repeated
    lists_are_newest_first_and_every_filter_and_its_negation_make_the_whole
    while_the_log_is_read_nobody_is_guessed_and_nothing_is_changed
    a_reading_that_was_stopped_goes_on_at_the_next_start_and_a_new_index_ends_it
    an_import_is_looked_up_once_it_is_over_and_is_in_the_way_before
    an_import_that_is_left_is_looked_up_as_far_as_it_came
    what_an_import_had_made_is_read_from_the_log_after_a_crash
}

impl Bindings {
    /// The bindings of the data directory `data`.
    pub(crate) fn within(data: &Path, installation: &str, clock: &Clock) -> Self {
        let log = Arc::new(FileJournal::open_bindings(data).unwrap());
        Self::open(log, data.join("store"), installation, clock.clone()).unwrap()
    }
}

fn app(id: u32) -> Arc<App> {
    Arc::new(App { id: AppId(id), ..App::sample(ProviderId("huawei-private")) })
}

fn now() -> Timestamp {
    "2026-11-21T04:00:00Z".parse().unwrap()
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

fn terms(a: &str, x: &str, b: &str) -> BindingTerms {
    BindingTerms {
        max_minutes: Some(30),
        record: true,
        hint_tone: Some("hint.wav".to_owned()),
        user_data: Some("order=17".to_owned()),
        ..BindingTerms::new(number(a), number(x), PhoneNumber::parse(b))
    }
}

fn open(logs: &Logs) -> Bindings {
    open_at(logs, Clock::fixed(now()))
}

fn open_at(logs: &Logs, clock: Clock) -> Bindings {
    Bindings::open(logs.bindings(), logs.path().join("store"), "installation", clock).unwrap()
}

fn reached(bindings: &Bindings, app: u32, x: &str, caller: &str) -> Option<String> {
    let caller = PhoneNumber::parse(caller);
    let bound = bindings.find(AppId(app), &number(x), caller.as_ref(), now()).unwrap();
    bound.map(|bound| bound.callee.national().to_owned())
}

fn by() -> Author {
    Author::of_tests()
}

const A: &str = "13800000001";
const B: &str = "13800000002";
const C: &str = "13800000003";
const X: &str = "17000000001";

async fn who_is_bound_is_found_at_once_and_after_every_kind_of_restart(logs: Logs) {
    let bindings = open(&logs);
    let made = bindings.add(&by(), &app(1), terms(A, X, B)).await.unwrap();
    assert_eq!(bindings.get(made.id).unwrap().unwrap(), made);
    let found = |bindings: &Bindings| {
        assert_eq!(reached(bindings, 1, X, A).as_deref(), Some(B));
        assert_eq!(reached(bindings, 1, X, B).as_deref(), Some(A));
        assert_eq!(reached(bindings, 1, X, C), None);
        assert_eq!(reached(bindings, 1, X, ""), None);
        assert_eq!(reached(bindings, 2, X, A), None, "another app's");
        assert_eq!(bindings.count().unwrap(), 1);
    };
    found(&bindings);
    bindings.close();
    drop(bindings);
    found(&open(&logs));
    fs::remove_dir_all(logs.path().join("store")).unwrap();
    found(&open(&logs));
    // What was copied while it was written is not to be trusted, whatever it holds.
    let (store, copy) = (logs.path().join("store"), logs.path().join("copy"));
    fs::create_dir_all(copy.join("bindings")).unwrap();
    for file in fs::read_dir(store.join("bindings")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), copy.join("bindings").join(file.file_name())).unwrap();
    }
    fs::write(copy.join("bindings/index.redb"), [7; 5_000]).unwrap();
    found(&Bindings::open(logs.bindings(), copy, "installation", Clock::fixed(now())).unwrap());
}

async fn a_binding_that_changes_or_ends_answers_as_it_is_now(logs: Logs) {
    let bindings = open(&logs);
    let made = bindings.add(&by(), &app(1), terms(A, X, B)).await.unwrap();
    bindings.change(&by(), &app(1), made.id, terms(A, X, C)).await.unwrap();
    assert_eq!(reached(&bindings, 1, X, A).as_deref(), Some(C));
    assert_eq!(reached(&bindings, 1, X, B), None);
    let one_way = BindingTerms { direction: Some(Direction::BToA), ..terms(A, X, C) };
    bindings.change(&by(), &app(1), made.id, one_way).await.unwrap();
    assert_eq!(reached(&bindings, 1, X, A), None);
    let ended = bindings.end(&by(), AppId(1), made.id).await.unwrap();
    assert_eq!((ended.id, ended.ended_at), (made.id, Some(now())));
    assert_eq!(reached(&bindings, 1, X, C), None);
    assert!(matches!(bindings.end(&by(), AppId(1), made.id).await, Err(BindingError::Ended(_))));
    assert!(matches!(bindings.end(&by(), AppId(2), made.id).await, Err(BindingError::NotFound(_))));
    bindings.close();
    drop(bindings);
    fs::remove_dir_all(logs.path().join("store")).unwrap();
    let again = open(&logs);
    assert_eq!(again.get(made.id).unwrap().unwrap(), ended);
    assert_eq!(reached(&again, 1, X, C), None);
}

async fn nobody_is_bound_twice_on_one_number_at_one_time(logs: Logs) {
    let clock = Clock::fixed(now());
    let bindings = open_at(&logs, clock.clone());
    let noon: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let morning = BindingTerms { valid_to: Some(noon), ..terms(A, X, B) };
    let first = bindings.add(&by(), &app(1), morning).await.unwrap();
    let again = bindings.add(&by(), &app(1), terms(A, X, C)).await;
    assert!(matches!(again, Err(BindingError::Exists(id)) if id == first.id));
    bindings.add(&by(), &app(2), terms(A, X, C)).await.unwrap();
    let afternoon = BindingTerms { valid_from: Some(noon), ..terms(A, X, C) };
    bindings.add(&by(), &app(1), afternoon).await.unwrap();
    assert_eq!(reached(&bindings, 1, X, A).as_deref(), Some(B));
    let later = bindings.find(AppId(1), &number(X), Some(&number(A)), noon).unwrap().unwrap();
    assert_eq!(later.callee, number(C));
    // Everybody else reaches somebody else; who is named goes first.
    bindings.add(&by(), &app(1), terms("13800000009", X, "")).await.unwrap();
    assert_eq!(reached(&bindings, 1, X, A).as_deref(), Some(B));
    assert_eq!(reached(&bindings, 1, X, "").as_deref(), Some("13800000009"));
}

async fn what_the_platform_would_not_take_is_not_bound(logs: Logs) {
    let bindings = open(&logs);
    let good = || terms(A, X, B);
    let cases = [
        ("b", BindingTerms { b: Some(number(A)), ..good() }),
        ("x", BindingTerms { x: number(A), ..good() }),
        ("a", BindingTerms { a: PhoneNumber::from_stored("abc"), ..good() }),
        ("a", BindingTerms { a: PhoneNumber::from_stored("95188"), ..good() }),
        ("y", BindingTerms { y: Some(number(X)), ..good() }),
        ("hint_tone", BindingTerms { hint_tone: None, ..good() }),
        ("max_minutes", BindingTerms { max_minutes: Some(2_000), ..good() }),
        ("user_data", BindingTerms { user_data: Some("订单".to_owned()), ..good() }),
        ("valid_to", BindingTerms { valid_from: Some(now()), valid_to: Some(now()), ..good() }),
        ("extension", BindingTerms { extension: Some("12".to_owned()), ..good() }),
        ("extension", BindingTerms { kind: BindingKind::Axe, b: None, ..good() }),
        ("b", BindingTerms { kind: BindingKind::Axb, b: None, ..good() }),
        ("y", BindingTerms { kind: BindingKind::Axyb, y: None, ..good() }),
        ("b", BindingTerms { kind: BindingKind::Ax, ..good() }),
        // What a mode has no use for would be kept, and passed over when a call comes.
        ("y", BindingTerms { kind: BindingKind::Axb, y: Some(number("17000000009")), ..good() }),
        ("y", BindingTerms { kind: BindingKind::Ax, b: None, y: Some(number("17000000009")), ..good() }),
        ("y", BindingTerms { b: None, y: Some(number("17000000009")), ..good() }),
        ("extension", BindingTerms { kind: BindingKind::Axb, extension: Some("12".to_owned()), ..good() }),
        ("extension", BindingTerms { kind: BindingKind::Ax, b: None, extension: Some("12".to_owned()), ..good() }),
        ("extension", BindingTerms { extension: Some("12345".to_owned()), ..good() }),
        ("platform_id", BindingTerms { platform_id: Some("p".repeat(65)), ..good() }),
    ];
    let mut rules = std::collections::BTreeSet::new();
    for (field, terms) in cases {
        let error = bindings.add(&by(), &app(1), terms).await.unwrap_err();
        assert!(matches!(&error, BindingError::Invalid(invalid) if invalid.field == field), "{field}: {error}");
        assert!(error.wording().is_in_both(), "{:?}", error.wording());
        rules.insert(error.wording().zh);
    }
    assert_eq!(rules.len(), 19, "each for its own reason: {rules:?}");
    for error in [BindingError::Exists(BindingId(1)), BindingError::Twice, BindingError::Ended(BindingId(1))] {
        assert!(error.wording().is_in_both(), "{:?}", error.wording());
    }
    assert_eq!(bindings.count().unwrap(), 0);
}

async fn an_import_says_what_became_of_each_line_and_may_be_repeated(logs: Logs) {
    let bindings = open(&logs);
    let line = |n: u64| (n, terms(&format!("138{n:08}"), X, &format!("139{n:08}")));
    let mut lines: Vec<_> = (1..=200).map(line).collect();
    lines.push((201, terms("13800000007", X, B)));
    lines.push((202, BindingTerms { hint_tone: None, ..terms("13700000001", X, B) }));
    lines.push((203, line(5).1));
    let first = bindings.import(&by(), &app(1), lines.clone()).await.unwrap();
    assert_eq!((first.made, first.unchanged), (200, 1));
    assert_eq!(first.refused.iter().map(|refused| refused.line).collect::<Vec<_>>(), [201, 202]);
    let again = bindings.import(&by(), &app(1), lines).await.unwrap();
    assert_eq!((again.made, again.unchanged, again.refused.len()), (0, 201, 2));
    assert_eq!(reached(&bindings, 1, X, "13800000123").as_deref(), Some("13900000123"));
}

fn all(bindings: &Bindings, query: &BindingQuery, limit: usize) -> Vec<u64> {
    let (mut ids, mut cursor) = (Vec::new(), None);
    loop {
        let listing = bindings.list(query, &Page { limit, cursor }).unwrap();
        ids.extend(listing.items.iter().map(|binding| binding.id.0));
        cursor = listing.next;
        if cursor.is_none() {
            return ids;
        }
    }
}

async fn lists_are_newest_first_and_every_filter_and_its_negation_make_the_whole(logs: Logs) {
    let bindings = open(&logs);
    for n in 1..=40_u32 {
        let mut terms = terms(&format!("138{n:08}"), &format!("1700000{:04}", n % 3), &format!("139{:08}", 9_000 + n));
        terms.user_data = Some(format!("order={}", n % 5));
        if n % 4 == 0 {
            terms.valid_from = Some("2027-01-01T00:00:00Z".parse().unwrap());
        }
        let made = bindings.add(&by(), &app(1 + n % 2), terms).await.unwrap();
        if n % 7 == 0 {
            bindings.end(&by(), made.app, made.id).await.unwrap();
        }
    }
    let whole = all(&bindings, &BindingQuery::default(), 7);
    assert_eq!(whole.len(), 40);
    assert!(whole.is_sorted_by(|a, b| a > b));
    let text = |text: &str| Filter::any(vec![text.to_owned()]);
    let queries = [
        BindingQuery { app: Filter::any(vec![AppId(2)]), ..Default::default() },
        BindingQuery { number: text("0012"), ..Default::default() },
        BindingQuery { number: Filter::any(vec!["9012".to_owned(), "0001".to_owned()]), ..Default::default() },
        BindingQuery { a: text("+8613800000012"), ..Default::default() },
        BindingQuery { x: text("0001"), ..Default::default() },
        BindingQuery { b: text("9003"), ..Default::default() },
        BindingQuery { state: Filter::any(vec![BindingState::Scheduled]), ..Default::default() },
        BindingQuery { state: Filter::any(vec![BindingState::Ended]), ..Default::default() },
        BindingQuery { user_data: text("order=3"), ..Default::default() },
        BindingQuery { kind: Filter::any(vec![BindingKind::X]), ..Default::default() },
    ];
    for query in queries {
        let some = all(&bindings, &query, 3);
        assert!(!some.is_empty() && some.is_sorted_by(|a, b| a > b), "{query:?}: {some:?}");
        let negated = BindingQuery {
            app: not(query.app),
            kind: not(query.kind),
            state: not(query.state),
            number: not(query.number),
            a: not(query.a),
            x: not(query.x),
            b: not(query.b),
            y: not(query.y),
            platform_id: not(query.platform_id),
            user_data: not(query.user_data),
        };
        let mut both = [some, all(&bindings, &negated, 3)].concat();
        both.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(both, whole, "{negated:?}");
    }
    let page = Page { limit: 3, cursor: None };
    let next = bindings.list(&BindingQuery::default(), &page).unwrap().next;
    let other = BindingQuery { x: text("0001"), ..Default::default() };
    let foreign = bindings.list(&other, &Page { limit: 3, cursor: next });
    assert!(matches!(foreign, Err(QueryError::Cursor)));
}

fn not<T>(filter: Filter<T>) -> Filter<T> {
    Filter { any: filter.none, none: filter.any }
}

async fn bound_and_unread(logs: &Logs) -> Binding {
    let bindings = open(logs);
    let made = bindings.add(&by(), &app(1), terms(A, X, B)).await.unwrap();
    bindings.close();
    drop(bindings);
    fs::remove_dir_all(logs.path().join("store")).unwrap();
    made
}

/// Bindings whose log is read in a thread, and that thread kept waiting.
fn being_read(logs: &Logs) -> (Bindings, redb::WriteTransaction) {
    let log = logs.bindings();
    let place = Place { store: logs.path().join("store"), installation: "installation".to_owned() };
    let (index, applied) = place.index(&*log, INDEX).unwrap();
    let index = Arc::new(index);
    let held = index.hold();
    let reading = Reading::start(log.clone(), index.clone(), applied, 0).unwrap();
    let index = ArcSwap::new(index);
    (
        Bindings(Arc::new(Inner { log, index, reading, place, writing: Arc::default(), clock: Clock::fixed(now()) })),
        held,
    )
}

async fn while_the_log_is_read_nobody_is_guessed_and_nothing_is_changed(logs: Logs) {
    let made = bound_and_unread(&logs).await;

    let (bindings, held) = being_read(&logs);
    // How far it came is the thread's business; it is not over before the index has it.
    assert!(bindings.reading().is_some());
    let looked_up = bindings.find(AppId(1), &number(X), Some(&number(A)), now());
    assert!(matches!(looked_up, Err(BindingError::Reading)));
    let added = bindings.add(&by(), &app(1), terms("13800000077", X, B)).await;
    assert!(matches!(added, Err(BindingError::Reading)));
    let imported = bindings.import(&by(), &app(1), vec![(1, terms("13800000077", X, B))]).await;
    assert!(matches!(imported, Err(BindingError::Reading)));
    let page = Page { limit: 10, cursor: None };
    assert!(matches!(bindings.list(&BindingQuery::default(), &page), Err(QueryError::Rebuilding)));

    held.abort().unwrap();
    bindings.0.reading.wait().unwrap();
    assert_eq!(bindings.reading(), None);
    assert_eq!(bindings.get(made.id).unwrap(), Some(made));
    bindings.close();
}

async fn a_reading_that_was_stopped_goes_on_at_the_next_start_and_a_new_index_ends_it(logs: Logs) {
    let made = bound_and_unread(&logs).await;
    let (bindings, held) = being_read(&logs);
    held.abort().unwrap();
    bindings.close();
    drop(bindings);
    let bindings = open(&logs);
    assert_eq!(bindings.get(made.id).unwrap().as_ref(), Some(&made));
    bindings.close();
    drop(bindings);

    fs::remove_dir_all(logs.path().join("store")).unwrap();
    let (bindings, held) = being_read(&logs);
    held.abort().unwrap();
    let anew = bindings.clone();
    spawn_blocking(move || anew.make_index_anew()).await.unwrap().unwrap();
    assert_eq!(bindings.reading(), None);
    assert_eq!(bindings.get(made.id).unwrap(), Some(made));
    bindings.close();
}

fn numbered(terms: BindingTerms) -> Vec<(u64, BindingTerms)> {
    vec![(1, terms)]
}

async fn an_import_is_looked_up_once_it_is_over_and_is_in_the_way_before(logs: Logs) {
    let bindings = open(&logs);
    let mut import = bindings.importing(&by(), &app(1));
    assert_eq!(import.lines(numbered(terms(A, X, B))).await.unwrap().made, 1);
    assert_eq!(reached(&bindings, 1, X, A), None);
    let added = bindings.add(&by(), &app(1), terms(A, X, "13800000077")).await;
    assert!(matches!(added, Err(BindingError::Exists(_))), "{added:?}");
    assert_eq!(import.lines(numbered(terms(A, X, B))).await.unwrap().unchanged, 1);
    assert_eq!(import.lines(numbered(terms(A, X, "13800000077"))).await.unwrap().refused.len(), 1);
    import.finish().await.unwrap();
    assert_eq!(reached(&bindings, 1, X, A).as_deref(), Some(B));
    bindings.close();
}

async fn an_import_that_is_left_is_looked_up_as_far_as_it_came(logs: Logs) {
    let bindings = open(&logs);
    let mut import = bindings.importing(&by(), &app(1));
    import.lines(numbered(terms(A, X, B))).await.unwrap();
    drop(import);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while reached(&bindings, 1, X, A).is_none() {
        assert!(std::time::Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
    bindings.close();
}

async fn what_an_import_had_made_is_read_from_the_log_after_a_crash(logs: Logs) {
    let bindings = open(&logs);
    let before = bindings.add(&by(), &app(1), terms("13800000071", X, "13800000081")).await.unwrap();
    let mut import = bindings.importing(&by(), &app(1));
    import.lines(numbered(terms(A, X, B))).await.unwrap();
    // Applied past what waits, and one that was there before is changed.
    let beside = bindings.add(&by(), &app(1), terms("13800000077", X, "13800000082")).await.unwrap();
    bindings.end(&by(), AppId(1), before.id).await.unwrap();
    // Where there is no runtime nothing can be applied any more.
    std::thread::spawn(move || drop(import)).join().unwrap();
    bindings.close();
    drop(bindings);
    let bindings = open(&logs);
    assert_eq!(reached(&bindings, 1, X, A).as_deref(), Some(B));
    assert_eq!(bindings.get(beside.id).unwrap(), Some(beside));
    assert!(bindings.get(before.id).unwrap().unwrap().ended_at.is_some());
    assert_eq!(bindings.count().unwrap(), 3);
    bindings.close();
}

/// Two machines over one log, each with an index of its own.
fn two() -> (tempfile::TempDir, [Bindings; 2]) {
    let dir = tempfile::tempdir().unwrap();
    let log = MemoryJournal::overtaking();
    let open = |name: &str| {
        let store = dir.path().join(name);
        Bindings::open(Arc::new(log.beside()), store, "installation", Clock::fixed(now())).unwrap()
    };
    let both = [open("one"), open("two")];
    (dir, both)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_writers_who_bind_the_same_only_the_first_does() {
    let (_dir, [one, two]) = two();
    let made = one.add(&by(), &app(1), terms(A, X, B)).await.unwrap();
    // It does not know of that one yet.
    assert_eq!(two.count().unwrap(), 0);
    let again = two.add(&by(), &app(1), terms(A, X, C)).await;
    assert!(matches!(again, Err(BindingError::Exists(id)) if id == made.id), "{again:?}");
    let other = two.add(&by(), &app(1), terms("13800000077", X, C)).await.unwrap();
    assert_ne!(other.id, made.id);
    two.end(&by(), AppId(1), made.id).await.unwrap();
    let changed = one.change(&by(), &app(1), made.id, terms(A, X, C)).await;
    assert!(matches!(changed, Err(BindingError::Ended(_))), "{changed:?}");
    for bindings in [&one, &two] {
        assert_eq!(bindings.count().unwrap(), 2);
        assert_eq!(reached(bindings, 1, X, A), None);
        assert_eq!(reached(bindings, 1, X, "13800000077").as_deref(), Some(C));
    }
    let both = futures_util::future::join_all((0..10_u32).map(|n| {
        let bindings = [&one, &two][n as usize % 2];
        let b = format!("139{n:08}");
        async move { bindings.add(&by(), &app(1), terms("13800000099", X, &b)).await }
    }));
    let made = both.await.into_iter().filter_map(Result::ok).collect::<Vec<_>>();
    assert_eq!(made.len(), 1, "{made:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_not_in_the_way_of_what_another_writer_made_meanwhile() {
    let (_dir, [one, two]) = two();
    let mut import = one.importing(&by(), &app(1));
    let lines = |from: u64| {
        let line = |n: u64| (n, terms(&format!("138{n:08}"), X, &format!("139{n:08}")));
        (from..from + 50).map(line).collect::<Vec<_>>()
    };
    assert_eq!(import.lines(lines(100)).await.unwrap().made, 50);
    // One of each sort: the same as a line to come, another in its way, and one that changes.
    let same = two.add(&by(), &app(1), lines(200)[3].1.clone()).await.unwrap();
    let other = two.add(&by(), &app(1), terms("13800000204", X, C)).await.unwrap();
    let waiting = all(&two, &BindingQuery::default(), 100);
    assert_eq!(waiting.len(), 52);
    let first = BindingId(*waiting.last().unwrap());
    two.end(&by(), AppId(1), first).await.unwrap();
    let imported = import.lines(lines(200)).await.unwrap();
    assert_eq!((imported.made, imported.unchanged), (48, 1));
    assert_eq!(imported.refused.iter().map(|refused| refused.line).collect::<Vec<_>>(), [204]);
    import.finish().await.unwrap();
    assert_eq!(reached(&one, 1, X, "13800000204").as_deref(), Some(C));
    assert_eq!(one.get(same.id).unwrap(), Some(same));
    assert_eq!(one.get(other.id).unwrap(), Some(other));
    assert!(one.get(first).unwrap().unwrap().ended_at.is_some(), "what ended while it waited stays ended");
    assert_eq!(one.count().unwrap(), 100);
}

#[tokio::test]
async fn what_another_writer_binds_is_looked_up_as_it_comes() {
    let (_dir, [one, two]) = two();
    let following = tokio::spawn({
        let two = two.clone();
        async move { two.follow().await }
    });
    one.add(&by(), &app(1), terms(A, X, B)).await.unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while reached(&two, 1, X, A).as_deref() != Some(B) {
        assert!(std::time::Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
    following.abort();
}
