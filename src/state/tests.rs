//! The state through its real log and files.
//!
//! Each opens the directory again before it believes anything: what is only in memory does not
//! count. No test looks for a secret without looking through every byte on disk.

mod others;
mod second_factor;

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::{ActorId, ActorKind, AllowFrom, AnswerForm, App, AppId, ProviderId, Role, Scope, VerifyMode};
use crate::journal::testing::{Logs, on_both};

on_both! {
    a_restart_keeps_everything_that_was_set
    what_was_removed_does_not_come_back_and_its_id_is_not_given_again
    a_wrong_or_lost_key_is_said_clearly
    names_and_tokens_belong_to_one_app
    a_first_secret_turns_the_check_on_and_an_explicit_mode_wins
    the_setup_link_works_once
    a_new_password_or_a_removal_ends_the_logins_of_that_user_only
    changes_that_cross_are_decided_one_after_the_other
    rights_lost_end_logins_and_rights_gained_do_not
    someone_who_may_do_everything_always_remains
    a_token_ends_in_its_time_and_its_use_is_written_once_an_hour
    a_provider_of_logins_decides_rights_but_takes_nobodys_name
}

const JIUYUN: ProviderId = ProviderId("jiuyun");
const PASSWORD: &str = "correct horse battery";

fn start() -> Timestamp {
    "2026-11-21T02:13:21Z".parse().unwrap()
}

fn by() -> Author {
    Author::of_tests()
}

fn visit() -> Visit {
    Visit::of_tests()
}

fn open(logs: &Logs, clock: &Clock) -> Result<State, StateError> {
    State::open(logs.state(), &logs.path().join("keys"), clock.clone())
}

fn fresh(logs: Logs) -> (Logs, Clock, State) {
    let clock = Clock::fixed(start());
    let state = open(&logs, &clock).unwrap();
    (logs, clock, state)
}

fn new_app(name: &str) -> NewApp {
    NewApp {
        name: name.to_owned(),
        provider: JIUYUN,
        token: None,
        app_key: None,
        app_secret: None,
        verify: None,
        allow_from: AllowFrom::default(),
    }
}

fn password() -> Secret {
    Secret::new(PASSWORD)
}

/// Every byte of every file under `dir`.
fn all_bytes(dir: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes.extend(all_bytes(&path));
        } else {
            bytes.extend(std::fs::read(path).unwrap());
        }
    }
    bytes
}

fn holds(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}

async fn a_restart_keeps_everything_that_was_set(logs: Logs) {
    let (logs, clock, state) = fresh(logs);
    let installation = state.installation();
    let full = NewApp {
        token: Some(Secret::new("abcdefghijklmnop")),
        app_key: Some("key 1".to_owned()),
        app_secret: Some(Secret::new("very secret")),
        allow_from: AllowFrom(vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()]),
        ..new_app("客服热线")
    };
    let app = state.add_app(&by(), full).await.unwrap();
    let change = AppChange {
        answer_form: Some(AnswerForm::Object),
        close_tone: Some(Some("bye.wav".to_owned())),
        ..AppChange::default()
    };
    let app: App = App::clone(&*state.change_app(&by(), app.id, change).await.unwrap());
    state.add_user(&by(), "li", Role::Viewer, &password()).await.unwrap();
    let token = state.add_token(&by(), "crm", Role::Operator).await.unwrap();
    let (cookie, login) = state.log_in(&visit(), "li", &password()).await.unwrap().unwrap();
    drop(state);

    clock.set(start() + SignedDuration::from_hours(24 * 13));
    let state = open(&logs, &clock).unwrap();
    assert_eq!(state.installation(), installation);
    assert_eq!(state.apps().iter().map(|a| App::clone(a)).collect::<Vec<_>>(), std::slice::from_ref(&app));
    assert_eq!(state.app_by_token("abcdefghijklmnop").unwrap().id, app.id);
    assert_eq!(
        state.bearer(token.reveal()),
        Some(Principal { kind: ActorKind::Token, name: "crm".to_owned(), role: Role::Operator, scope: Scope::All })
    );
    let again = state.login(cookie.reveal()).expect("a login survives a restart");
    assert_eq!((again.user.name.as_str(), again.user.last_login_at), ("li", Some(start())));
    assert_eq!(again.csrf, login.csrf);
    assert!(state.log_in(&visit(), "li", &password()).await.unwrap().is_some());
    assert_eq!(state.setup_code(), None);

    clock.set(start() + SignedDuration::from_hours(24 * 14));
    assert!(state.login(cookie.reveal()).is_none(), "a login ends after 14 days");
}

async fn what_was_removed_does_not_come_back_and_its_id_is_not_given_again(logs: Logs) {
    let (logs, clock, state) = fresh(logs);
    let first = state.add_app(&by(), new_app("one")).await.unwrap();
    let second = state.add_app(&by(), new_app("two")).await.unwrap();
    state.remove_app(&by(), second.id).await.unwrap();
    state.add_token(&by(), "crm", Role::Viewer).await.unwrap();
    state.revoke_token(&by(), "crm").await.unwrap();
    drop(state);

    let state = open(&logs, &clock).unwrap();
    assert_eq!(state.apps().iter().map(|a| a.id).collect::<Vec<_>>(), [first.id]);
    assert!(state.app_by_token(second.token.reveal()).is_none());
    assert!(state.tokens().is_empty());
    let third = state.add_app(&by(), new_app("two")).await.unwrap();
    assert_eq!((first.id, second.id, third.id), (AppId(1), AppId(2), AppId(3)));
    assert!(matches!(state.remove_app(&by(), second.id).await, Err(StateError::NotFound(_))));
}

#[tokio::test]
async fn no_file_holds_a_secret_in_the_clear() {
    let (logs, _clock, state) = fresh(Logs::files());
    let code = state.setup_code().unwrap();
    let app = NewApp { app_secret: Some(Secret::new("very secret")), ..new_app("one") };
    let app = state.add_app(&by(), app).await.unwrap();
    let (cookie, login) = state.set_up(&visit(), code.reveal(), "wang", &password()).await.unwrap();
    let token = state.add_token(&by(), "crm", Role::Viewer).await.unwrap();

    let bytes = all_bytes(logs.path());
    for shown in ["wang", "crm", "\"by\":\"wang\""] {
        assert!(holds(&bytes, shown), "the files are read: {shown}");
    }
    let secrets = [&code, &app.token, app.app_secret.as_ref().unwrap(), &cookie, &login.csrf, &token, &password()];
    for secret in secrets {
        assert!(!holds(&bytes, secret.reveal()), "{}", secret.reveal());
    }
}

async fn a_wrong_or_lost_key_is_said_clearly(logs: Logs) {
    let (logs, clock, state) = fresh(logs);
    state.add_app(&by(), new_app("one")).await.unwrap();
    drop(state);
    let key = logs.path().join("keys/seal");
    let right = std::fs::read(&key).unwrap();

    std::fs::remove_file(&key).unwrap();
    let error = open(&logs, &clock).unwrap_err();
    assert!(matches!(error, StateError::NoKey { .. }) && error.to_string().contains("keys/seal"), "{error}");
    std::fs::write(&key, "00".repeat(32)).unwrap();
    let error = open(&logs, &clock).unwrap_err();
    assert!(matches!(error, StateError::WrongKey { .. }) && error.to_string().contains("keys/seal"), "{error}");

    std::fs::write(&key, right).unwrap();
    assert_eq!(open(&logs, &clock).unwrap().apps().len(), 1);
}

async fn names_and_tokens_belong_to_one_app(logs: Logs) {
    let (_logs, _clock, state) = fresh(logs);
    let token = Secret::new("abcdefghijklmnop");
    let one = state.add_app(&by(), NewApp { token: Some(token.clone()), ..new_app("one") }).await.unwrap();
    let two = state.add_app(&by(), new_app(" two ")).await.unwrap();
    assert_eq!(two.name, "two");
    assert!(matches!(state.add_app(&by(), new_app("one")).await, Err(StateError::Exists(_))));
    let same_token = NewApp { token: Some(token.clone()), ..new_app("three") };
    assert!(matches!(state.add_app(&by(), same_token).await, Err(StateError::Exists(_))));
    assert!(matches!(state.rotate_app(&by(), two.id, Some(token.clone())).await, Err(StateError::Exists(_))));
    let rename = AppChange { name: Some("one".to_owned()), ..AppChange::default() };
    assert!(matches!(state.change_app(&by(), two.id, rename.clone()).await, Err(StateError::Exists(_))));
    assert!(state.change_app(&by(), one.id, rename).await.is_ok(), "its own name is free for it");

    let rotated = state.rotate_app(&by(), one.id, None).await.unwrap();
    assert!(state.app_by_token(token.reveal()).is_none());
    assert_eq!(state.app_by_token(rotated.token.reveal()).unwrap().id, one.id);
}

async fn a_first_secret_turns_the_check_on_and_an_explicit_mode_wins(logs: Logs) {
    let (_logs, _clock, state) = fresh(logs);
    let app = state.add_app(&by(), new_app("one")).await.unwrap();
    assert_eq!(app.verify, VerifyMode::Off);
    let secret = || Some(Some(Secret::new("very secret")));
    let change = AppChange { app_secret: secret(), ..AppChange::default() };
    assert_eq!(state.change_app(&by(), app.id, change).await.unwrap().verify, VerifyMode::Log);
    let change = AppChange { app_secret: secret(), verify: Some(VerifyMode::Off), ..AppChange::default() };
    assert_eq!(state.change_app(&by(), app.id, change).await.unwrap().verify, VerifyMode::Off);
    let change = AppChange { app_secret: Some(None), ..AppChange::default() };
    assert_eq!(state.change_app(&by(), app.id, change).await.unwrap().app_secret, None);
    let app = NewApp { app_secret: Some(Secret::new("s")), ..new_app("two") };
    assert_eq!(state.add_app(&by(), app).await.unwrap().verify, VerifyMode::Log);
}

async fn the_setup_link_works_once(logs: Logs) {
    let (logs, clock, state) = fresh(logs);
    let code = state.setup_code().unwrap();
    drop(state);
    let state = open(&logs, &clock).unwrap();
    assert_eq!(state.setup_code(), Some(code.clone()), "the link survives a restart");

    assert!(matches!(state.set_up(&visit(), "wrong", "wang", &password()).await, Err(StateError::Invalid(_))));
    assert!(matches!(
        state.set_up(&visit(), code.reveal(), "wang", &Secret::new("short")).await,
        Err(StateError::Invalid(_))
    ));
    let (cookie, login) = state.set_up(&visit(), code.reveal(), "wang", &password()).await.unwrap();
    assert_eq!(login.user.role, Role::Admin);
    assert!(state.login(cookie.reveal()).is_some());
    assert_eq!(state.setup_code(), None);
    assert!(matches!(state.set_up(&visit(), code.reveal(), "eve", &password()).await, Err(StateError::Invalid(_))));
}

async fn a_new_password_or_a_removal_ends_the_logins_of_that_user_only(logs: Logs) {
    let (_logs, _clock, state) = fresh(logs);
    state.add_user(&by(), "wang", Role::Admin, &password()).await.unwrap();
    state.add_user(&by(), "li", Role::Viewer, &password()).await.unwrap();
    assert!(state.log_in(&visit(), "li", &Secret::new("another password")).await.unwrap().is_none());
    assert!(state.log_in(&visit(), "nobody", &password()).await.unwrap().is_none());
    let (wang, _) = state.log_in(&visit(), "wang", &password()).await.unwrap().unwrap();
    let (li, _) = state.log_in(&visit(), "li", &password()).await.unwrap().unwrap();

    state.set_password(&by(), "li", &Secret::new("another password")).await.unwrap();
    assert!(state.login(li.reveal()).is_none());
    assert!(state.login(wang.reveal()).is_some());
    let (li, _) = state.log_in(&visit(), "li", &Secret::new("another password")).await.unwrap().unwrap();
    state.remove_user(&by(), "li").await.unwrap();
    assert!(state.login(li.reveal()).is_none());
    state.log_out(&by(), wang.reveal()).await.unwrap();
    assert!(state.login(wang.reveal()).is_none());
    assert!(matches!(state.remove_user(&by(), "wang").await, Err(StateError::LastAdmin)));
}

async fn changes_that_cross_are_decided_one_after_the_other(logs: Logs) {
    let (_logs, _clock, state) = fresh(logs);
    let by = by();
    let adding = (0..8).map(|_| state.add_app(&by, new_app("same")));
    let results: Vec<_> = futures_util::future::join_all(adding).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(state.apps().len(), 1);
}

#[tokio::test]
async fn a_log_much_longer_than_what_it_says_is_rewritten() {
    let (logs, clock, state) = fresh(Logs::files());
    let token = Secret::new("abcdefghijklmnop");
    let app = state.add_app(&by(), NewApp { token: Some(token.clone()), ..new_app("one") }).await.unwrap();
    let gone = state.add_app(&by(), new_app("two")).await.unwrap();
    state.remove_app(&by(), gone.id).await.unwrap();
    state.add_user(&by(), "wang", Role::Admin, &password()).await.unwrap();
    let (cookie, _) = state.log_in(&visit(), "wang", &password()).await.unwrap().unwrap();
    for i in 0..crate::limits::STATE_REWRITE_RECORDS {
        let change = AppChange { app_key: Some(Some(format!("key {i}"))), ..AppChange::default() };
        state.change_app(&by(), app.id, change).await.unwrap();
    }
    let installation = state.installation();
    drop(state);
    let long = all_bytes(&logs.path().join("state")).len();

    for _ in 0..2 {
        let state = open(&logs, &clock).unwrap();
        assert!(all_bytes(&logs.path().join("state")).len() < long / 100);
        assert_eq!(state.installation(), installation);
        assert_eq!(state.app_by_token(token.reveal()).unwrap().app_key.as_deref(), Some("key 1999"));
        let login = state.login(cookie.reveal()).unwrap();
        assert_eq!(login.user.last_login_at, Some(start()));
    }
    let state = open(&logs, &clock).unwrap();
    assert_eq!(state.add_app(&by(), new_app("three")).await.unwrap().id, AppId(3));
}

async fn rights_lost_end_logins_and_rights_gained_do_not(logs: Logs) {
    let clock = Clock::fixed(start());
    let state = open(&logs, &clock).unwrap();
    let (one, two) =
        (state.add_app(&by(), new_app("one")).await.unwrap(), state.add_app(&by(), new_app("two")).await.unwrap());
    let within = |apps: &[AppId]| Some(Scope::Apps(apps.iter().copied().collect()));
    let new =
        NewUser { name: "li".into(), role: Role::Viewer, scope: within(&[one.id]).unwrap(), password: password() };
    state.add_user_within(&by(), new).await.unwrap();
    for (change, stays) in [
        (UserChange { role: Some(Role::Operator), ..UserChange::default() }, true),
        (UserChange { scope: within(&[one.id, two.id]), ..UserChange::default() }, true),
        (UserChange { scope: Some(Scope::All), ..UserChange::default() }, true),
        (UserChange { scope: within(&[two.id]), ..UserChange::default() }, false),
        (UserChange { role: Some(Role::Viewer), ..UserChange::default() }, false),
    ] {
        let (cookie, _) = state.log_in(&visit(), "li", &password()).await.unwrap().unwrap();
        state.change_user(&by(), "li", change.clone()).await.unwrap();
        assert_eq!(state.login(cookie.reveal()).is_some(), stays, "{change:?}");
    }
    let nothing = UserChange { scope: within(&[]), ..UserChange::default() };
    assert!(matches!(state.change_user(&by(), "li", nothing).await, Err(StateError::Invalid(_))));
    let unknown = UserChange { scope: within(&[AppId(9)]), ..UserChange::default() };
    assert!(matches!(state.change_user(&by(), "li", unknown).await, Err(StateError::Invalid(_))));
    drop(state);
    let state = open(&logs, &clock).unwrap();
    assert_eq!(state.user("li").unwrap().scope, within(&[two.id]).unwrap());
}

async fn someone_who_may_do_everything_always_remains(logs: Logs) {
    let state = open(&logs, &Clock::fixed(start())).unwrap();
    let app = state.add_app(&by(), new_app("one")).await.unwrap();
    state.add_user(&by(), "wang", Role::Admin, &password()).await.unwrap();
    let scope = Scope::Apps([app.id].into());
    let new = NewUser { name: "li".into(), role: Role::Admin, scope: scope.clone(), password: password() };
    state.add_user_within(&by(), new).await.unwrap();
    let id = OutsideId { issuer: "https://id.example".into(), subject: "7".into() };
    state.admit_outside(&visit(), id, "zhao", Role::Admin).await.unwrap();
    for change in [
        UserChange { role: Some(Role::Operator), ..UserChange::default() },
        UserChange { scope: Some(scope), ..UserChange::default() },
    ] {
        assert!(matches!(state.change_user(&by(), "wang", change).await, Err(StateError::LastAdmin)));
    }
    assert!(matches!(state.remove_user(&by(), "wang").await, Err(StateError::LastAdmin)));
    state.change_user(&by(), "li", UserChange { scope: Some(Scope::All), ..UserChange::default() }).await.unwrap();
    state.remove_user(&by(), "wang").await.unwrap();
}

async fn a_token_ends_in_its_time_and_its_use_is_written_once_an_hour(logs: Logs) {
    let clock = Clock::fixed(start());
    let state = open(&logs, &clock).unwrap();
    let hours = |n| start() + SignedDuration::from_hours(n);
    let new = |expires_at| NewToken { name: "crm".into(), role: Role::Viewer, scope: Scope::All, expires_at };
    assert!(matches!(state.add_token_within(&by(), new(Some(start()))).await, Err(StateError::Invalid(_))));
    let token = state.add_token_within(&by(), new(Some(hours(3)))).await.unwrap();
    let used = async |at| {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while state.tokens()[0].last_used_at != Some(at) {
            assert!(std::time::Instant::now() < deadline, "{:?}", state.tokens());
            tokio::task::yield_now().await;
        }
    };
    for (at, written) in [(0, 0), (1, 1)] {
        clock.set(hours(at));
        for _ in 0..3 {
            assert!(state.bearer(token.reveal()).is_some());
        }
        used(hours(written)).await;
    }
    clock.set(hours(1) + SignedDuration::from_mins(59));
    assert!(state.bearer(token.reveal()).is_some());
    clock.set(hours(3));
    assert!(state.bearer(token.reveal()).is_none());
    assert_eq!(state.tokens()[0].last_used_at, Some(hours(1)));
}

async fn a_provider_of_logins_decides_rights_but_takes_nobodys_name(logs: Logs) {
    let state = open(&logs, &Clock::fixed(start())).unwrap();
    state.add_user(&by(), "wang", Role::Admin, &password()).await.unwrap();
    let id = |subject: &str| OutsideId { issuer: "https://id.example".into(), subject: subject.into() };
    let taken = state.admit_outside(&visit(), id("7"), "wang", Role::Viewer).await;
    assert!(matches!(taken, Err(StateError::Exists(_))));
    let reserved = state.admit_outside(&visit(), id("8"), "Command Line", Role::Admin).await;
    assert!(matches!(reserved, Err(StateError::Invalid(_))));
    let app = state.add_app(&by(), new_app("one")).await.unwrap();
    let made = state.admit_outside(&visit(), id("7"), "zhao", Role::Viewer).await.unwrap();
    assert_eq!((made.role, made.scope), (Role::Viewer, Scope::All));
    let scope = Scope::Apps([app.id].into());
    let narrowed = UserChange { scope: Some(scope.clone()), ..UserChange::default() };
    state.change_user(&by(), "zhao", narrowed).await.unwrap();
    let again = state.admit_outside(&visit(), id("7"), "renamed", Role::Operator).await.unwrap();
    assert_eq!((again.name.as_str(), again.role, again.scope), ("zhao", Role::Operator, scope));
    assert!(state.log_in_outside(&visit(), &state.user("zhao").unwrap()).await.unwrap().is_some());
    assert!(state.log_in_outside(&visit(), &state.user("wang").unwrap()).await.unwrap().is_none());
    assert!(state.log_in(&visit(), "zhao", &Secret::new("")).await.unwrap().is_none());
    assert!(state.set_password(&by(), "zhao", &password()).await.is_err());
}

#[test]
fn a_search_of_an_earlier_version_is_of_the_user_who_has_the_name() {
    let at = start();
    let search = |id: &str, owner: &str| {
        let owner = Some(ActorId::named(owner));
        let (list, name, query) = ("calls".to_owned(), "mine".to_owned(), String::new());
        Fact::Search(Search { id: id.to_owned(), list, name, query, owner, created_at: at })
    };
    let user = |name: &str| fact::UserFact {
        name: name.to_owned(),
        role: Role::Viewer,
        scope: Scope::All,
        password: Secret::new(""),
        outside: None,
        created_at: at,
        last_login_at: None,
    };
    let token = |name: &str| fact::TokenFact {
        name: name.to_owned(),
        role: Role::Viewer,
        scope: Scope::All,
        hash: random::hash(name),
        created_at: at,
        expires_at: None,
        last_used_at: None,
    };
    let mut book = Book::default();
    book.apply(Fact::User(user("root1")));
    book.apply(Fact::Token(token("root1")));
    book.apply(Fact::Token(token("crm")));
    for (id, owner) in [("a", "root1"), ("b", "crm"), ("c", "command line"), ("d", "gone")] {
        book.apply(search(id, owner));
    }
    let kinds: Vec<_> = book.searches.values().map(|search| search.owner.clone().unwrap().kind.unwrap()).collect();
    assert_eq!(kinds, [ActorKind::User, ActorKind::Token, ActorKind::CommandLine, ActorKind::User]);
    // A token that is revoked takes its own along, and nobody else's.
    book.apply(Fact::TokenRevoked("root1".to_owned()));
    book.apply(Fact::TokenRevoked("crm".to_owned()));
    assert_eq!(book.searches.keys().collect::<Vec<_>>(), ["a", "c", "d"]);
}

#[tokio::test]
async fn no_id_of_an_app_is_given_twice_although_the_state_is_lost() {
    let (logs, clock, state) = fresh(Logs::files());
    let lose = |log: &str| std::fs::remove_dir_all(logs.path().join(log)).unwrap();
    let add = async |state: &State, name: &str| state.add_app(&by(), new_app(name)).await.unwrap().id;
    for (n, name) in (1..).zip(["first", "second", "third"]) {
        assert_eq!(add(&state, name).await, AppId(n));
    }
    state.remove_app(&by(), AppId(3)).await.unwrap();
    drop(state);
    lose("state");
    let state = open(&logs, &clock).unwrap();
    assert!(state.apps().is_empty() && state.knows_app_ids());
    assert_eq!(add(&state, "fourth").await, AppId(4));
    drop(state);

    // What an earlier version did not note is noted at the next start.
    lose("marks");
    drop(open(&logs, &clock).unwrap());
    lose("state");
    let state = open(&logs, &clock).unwrap();
    assert_eq!(add(&state, "fifth").await, AppId(5));
    drop(state);

    lose("state");
    lose("marks");
    assert!(!open(&logs, &clock).unwrap().knows_app_ids(), "only the journal does");
}
