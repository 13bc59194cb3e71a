//! Two machines over one log: what one set the other takes into account, whatever it knew.

use std::sync::{Arc, Mutex};

use super::{by, new_app, password, start};
use crate::clock::Clock;
use crate::domain::{AppId, Role};
use crate::journal::AppendError;
use crate::journal::testing::MemoryJournal;
use crate::state::{AppChange, Author, Principal, State, StateError, Witness, Writing};

/// Two states over one log, with one key.
fn two() -> (tempfile::TempDir, MemoryJournal, [State; 2]) {
    let (dir, log) = (tempfile::tempdir().unwrap(), MemoryJournal::overtaking());
    let open = || State::open(Arc::new(log.beside()), &dir.path().join("keys"), Clock::fixed(start())).unwrap();
    let both = [open(), open()];
    (dir, log, both)
}

#[tokio::test]
async fn names_and_ids_are_given_once_whoever_gives_them() {
    let (_dir, _log, [one, two]) = two();
    assert_eq!(one.installation(), two.installation());
    let first = one.add_app(&by(), new_app("one")).await.unwrap();
    assert!(two.apps().is_empty(), "it is not known there yet");
    assert!(matches!(two.add_app(&by(), new_app("one")).await, Err(StateError::Exists(_))));
    let second = two.add_app(&by(), new_app("two")).await.unwrap();
    assert_eq!((first.id, second.id), (AppId(1), AppId(2)));
    let adding = (0..10).map(|n| {
        let state = [&one, &two][n % 2];
        async move { state.add_app(&by(), new_app("same")).await }
    });
    let added = futures_util::future::join_all(adding).await;
    assert_eq!(added.iter().filter(|added| added.is_ok()).count(), 1);
    one.remove_app(&by(), second.id).await.unwrap();
    assert!(matches!(two.remove_app(&by(), second.id).await, Err(StateError::NotFound(_))));
    assert_eq!(two.add_app(&by(), new_app("four")).await.unwrap().id, AppId(4));
}

#[tokio::test]
async fn changes_of_different_fields_do_not_undo_each_other() {
    let (_dir, _log, [one, two]) = two();
    let app = one.add_app(&by(), new_app("one")).await.unwrap();
    for n in 0..5 {
        let key = AppChange { app_key: Some(Some(format!("key {n}"))), ..AppChange::default() };
        one.change_app(&by(), app.id, key).await.unwrap();
        let name = AppChange { name: Some(format!("name {n}")), ..AppChange::default() };
        let changed = two.change_app(&by(), app.id, name).await.unwrap();
        assert_eq!(
            (changed.name.as_str(), changed.app_key.as_deref()),
            (&*format!("name {n}"), Some(&*format!("key {n}")))
        );
    }
}

#[tokio::test]
async fn of_two_administrators_who_remove_each_other_one_stays() {
    let (_dir, _log, [one, two]) = two();
    one.add_user(&by(), "wang", Role::Admin, &password()).await.unwrap();
    two.add_user(&by(), "li", Role::Admin, &password()).await.unwrap();
    let by = by();
    let results: [_; 2] = tokio::join!(one.remove_user(&by, "li"), two.remove_user(&by, "wang")).into();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert!(results.iter().any(|result| matches!(result, Err(StateError::LastAdmin))), "{results:?}");
}

#[tokio::test]
async fn what_others_set_is_known_as_it_comes() {
    let (_dir, _log, [one, two]) = two();
    let following = tokio::spawn({
        let two = two.clone();
        async move { two.follow().await }
    });
    let revision = two.revision();
    let app = one.add_app(&by(), new_app("one")).await.unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while two.app_by_token(app.token.reveal()).is_none() {
        assert!(std::time::Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
    assert_ne!(two.revision(), revision, "whoever keeps something made from it looks again");
    following.abort();
}

#[tokio::test]
async fn a_log_that_another_writer_wrote_anew_is_read_anew() {
    let (dir, log, [one, two]) = two();
    let kept = one.add_app(&by(), new_app("one")).await.unwrap();
    let gone = one.add_app(&by(), new_app("two")).await.unwrap();
    one.set_value(&by(), "name", &"13800000021").await.unwrap();
    // It knows of all of these, and not of what follows.
    two.set_value(&by(), "other", &1).await.unwrap();
    assert_eq!(two.apps().len(), 2);
    one.remove_app(&by(), gone.id).await.unwrap();
    one.compact(|text| (text == "13800000021").then(|| "erased".to_owned())).await.unwrap();
    two.set_value(&by(), "more", &2).await.unwrap();
    let again = State::open(Arc::new(log.beside()), &dir.path().join("keys"), Clock::fixed(start())).unwrap();
    for state in [&two, &again] {
        assert_eq!(state.apps().iter().map(|app| app.id).collect::<Vec<_>>(), [kept.id]);
        assert_eq!(state.value::<String>("name").as_deref(), Some("erased"));
        assert_eq!(state.value("other"), Some(1));
        assert_eq!(state.value("more"), Some(2));
    }
    // Nothing that came meanwhile is lost when it is written anew.
    two.set_value(&by(), "late", &3).await.unwrap();
    one.compact(|_| None).await.unwrap();
    assert_eq!(one.value("late"), Some(3));
}

/// An entry while which is written another machine adds an app.
#[derive(Debug)]
struct Entry {
    other: State,
    subject: Mutex<String>,
    told: Mutex<Vec<String>>,
}

impl Entry {
    fn tell(&self, what: String) {
        self.told.lock().unwrap().push(what);
    }
}

impl Witness for Entry {
    fn write(&self) -> Writing<'_, Result<(), AppendError>> {
        Box::pin(async {
            if self.told.lock().unwrap().is_empty() {
                self.other.add_app(&by(), new_app("one")).await.unwrap();
                self.tell(format!("entry: {}", self.subject.lock().unwrap()));
            }
            Ok(())
        })
    }

    fn about(&self, subject: String, _: Option<AppId>) {
        *self.subject.lock().unwrap() = subject;
    }

    fn note(&self, _: &'static str, _: serde_json::Value) {}

    fn failed(&self, code: &'static str) -> Writing<'_, ()> {
        Box::pin(async move { self.tell(format!("failed: {code}")) })
    }

    fn made(&self, subject: String) -> Writing<'_, ()> {
        Box::pin(async move { self.tell(format!("made: {subject}")) })
    }
}

#[tokio::test]
async fn the_entry_stands_before_the_change_and_what_became_of_it_behind() {
    for (name, told) in
        [("two", ["entry: app 1", "made: app 2"]), ("one", ["entry: app 1", "failed: changed_meanwhile"])]
    {
        let (_dir, _log, [one, two]) = two();
        let entry = Arc::new(Entry { other: one, subject: Mutex::default(), told: Mutex::default() });
        let author = Author::new(Principal::command_line(), entry.clone());
        let added = two.add_app(&author, new_app(name)).await;
        match name {
            "two" => assert_eq!(added.unwrap().id, AppId(2)),
            _ => assert!(matches!(added, Err(StateError::Exists(_))), "{added:?}"),
        }
        assert_eq!(*entry.told.lock().unwrap(), told);
    }
}
