//! Second factors: a code works once, a pass some minutes, and who must have one owes it.

use crate::clock::Clock;
use crate::domain::{ActorKind, Role, Scope, Secret};
use crate::limits::{LOGIN_CODE_TIME, RECOVERY_CODES};
use crate::state::{Author, Demand, FirstStep, Principal, State, Visit, totp};

fn li() -> Author {
    let li = Principal { kind: ActorKind::User, name: "li".to_owned(), role: Role::Operator, scope: Scope::All };
    Author::untold(li)
}

const PASSWORD: &str = "correct horse battery";

struct House {
    state: State,
    clock: Clock,
    dir: tempfile::TempDir,
}

impl House {
    async fn new() -> Self {
        let clock = Clock::fixed("2026-11-21T02:13:05Z".parse().unwrap());
        let dir = tempfile::tempdir().unwrap();
        let state = open(&dir, &clock);
        state.add_user(&Author::of_tests(), "li", Role::Operator, &Secret::new(PASSWORD)).await.unwrap();
        Self { state, clock, dir }
    }

    fn later(&self, seconds: i64) {
        self.clock.set(self.clock.now() + jiff::SignedDuration::from_secs(seconds));
    }

    async fn pass(&self) -> String {
        match self.state.first_step(&Visit::of_tests(), "li", &Secret::new(PASSWORD)).await.unwrap() {
            Some(FirstStep::Code(pass)) => pass.reveal().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    /// Sets it up; gives the secret and the recovery codes.
    async fn enrol(&self) -> (Secret, Vec<Secret>) {
        let begun = self.state.begin_second_factor("li");
        let code = totp::now(begun.secret.reveal(), self.clock.now());
        let codes = self.state.confirm_second_factor(&li(), &begun, &code).await.unwrap();
        (begun.secret, codes.expect("the code is right"))
    }
}

fn open(dir: &tempfile::TempDir, clock: &Clock) -> State {
    State::within(dir.path(), clock).unwrap()
}

#[tokio::test]
async fn a_code_works_once_and_also_not_again_after_a_restart() {
    let house = House::new().await;
    let (secret, _) = house.enrol().await;
    let code = |at| totp::now(secret.reveal(), at);
    let now = house.clock.now();
    let pass = house.pass().await;
    assert!(
        house.state.second_step(&Visit::of_tests(), &pass, &code(now)).await.unwrap().is_none(),
        "it confirmed the factor"
    );
    house.later(30);
    let code = code(house.clock.now());
    assert!(house.state.second_step(&Visit::of_tests(), &pass, "000000").await.unwrap().is_none());
    assert!(house.state.second_step(&Visit::of_tests(), &pass, &code).await.unwrap().is_some());
    assert!(house.state.second_step(&Visit::of_tests(), &pass, &code).await.unwrap().is_none());
    let House { state, clock, dir } = house;
    drop(state);
    let state = open(&dir, &clock);
    assert!(state.second_step(&Visit::of_tests(), &pass, &code).await.unwrap().is_none());
    assert_eq!(state.second_factor("li").unwrap().recovery_left, RECOVERY_CODES);
}

#[tokio::test]
async fn of_many_who_send_the_same_code_at_once_one_gets_in() {
    let house = House::new().await;
    let (secret, _) = house.enrol().await;
    house.later(60);
    let (pass, code) = (house.pass().await, totp::now(secret.reveal(), house.clock.now()));
    let visit = Visit::of_tests();
    let tries = (0..8).map(|_| house.state.second_step(&visit, &pass, &code));
    let opened = futures_util::future::join_all(tries).await;
    assert_eq!(opened.into_iter().filter(|login| login.as_ref().unwrap().is_some()).count(), 1);
}

#[tokio::test]
async fn a_recovery_code_works_once_however_it_is_typed() {
    let house = House::new().await;
    let (_, codes) = house.enrol().await;
    assert_eq!(codes.len(), RECOVERY_CODES);
    let typed = codes[3].reveal().to_uppercase().replace('-', " ");
    let pass = house.pass().await;
    assert!(house.state.second_step(&Visit::of_tests(), &pass, &typed).await.unwrap().is_some());
    assert!(house.state.second_step(&Visit::of_tests(), &pass, codes[3].reveal()).await.unwrap().is_none());
    assert_eq!(house.state.second_factor("li").unwrap().recovery_left, RECOVERY_CODES - 1);
    let renewed = house.state.renew_recovery_codes(&li(), &Secret::new(PASSWORD)).await.unwrap().unwrap();
    assert!(house.state.second_step(&Visit::of_tests(), &pass, codes[4].reveal()).await.unwrap().is_none());
    assert!(house.state.second_step(&Visit::of_tests(), &pass, renewed[4].reveal()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_pass_is_good_for_minutes_and_for_the_password_it_was_given_for() {
    let house = House::new().await;
    let (_, codes) = house.enrol().await;
    let old = house.pass().await;
    assert_eq!(house.state.pass_of(&old).as_deref(), Some("li"));
    house.later(i64::try_from(LOGIN_CODE_TIME.as_secs()).unwrap());
    assert!(house.state.second_step(&Visit::of_tests(), &old, codes[0].reveal()).await.unwrap().is_none());
    let pass = house.pass().await;
    let by = Author::of_tests();
    house.state.set_password(&by, "li", &Secret::new("another long password")).await.unwrap();
    assert!(house.state.second_step(&Visit::of_tests(), &pass, codes[0].reveal()).await.unwrap().is_none());
    assert!(house.state.pass_of("made up").is_none());
}

#[tokio::test]
async fn neither_secret_nor_recovery_codes_stand_in_the_log() {
    let house = House::new().await;
    let (secret, codes) = house.enrol().await;
    let bytes: Vec<u8> = std::fs::read_dir(house.dir.path().join("state"))
        .unwrap()
        .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains(secret.reveal()));
    assert!(codes.iter().all(|code| !text.contains(code.reveal())));
}

#[tokio::test]
async fn it_goes_off_with_the_password_or_by_an_administrator() {
    let house = House::new().await;
    house.enrol().await;
    assert!(!house.state.switch_off_second_factor(&li(), &Secret::new("wrong")).await.unwrap());
    assert!(house.state.switch_off_second_factor(&li(), &Secret::new(PASSWORD)).await.unwrap());
    let first = house.state.first_step(&Visit::of_tests(), "li", &Secret::new(PASSWORD)).await.unwrap();
    assert!(matches!(first, Some(FirstStep::In(..))));
    house.enrol().await;
    house.state.reset_second_factor(&Author::of_tests(), "li").await.unwrap();
    assert!(house.state.second_factor("li").is_none());
    assert!(house.state.reset_second_factor(&Author::of_tests(), "li").await.is_err());
}

#[tokio::test]
async fn an_enrolment_is_for_the_user_it_was_begun_for() {
    let house = House::new().await;
    let begun = house.state.begin_second_factor("li");
    assert_eq!(house.state.enrolment("li", &begun.sealed).unwrap().secret, begun.secret);
    assert!(house.state.enrolment("wang", &begun.sealed).is_none());
    assert!(house.state.confirm_second_factor(&li(), &begun, "12345").await.unwrap().is_none());
}

#[tokio::test]
async fn it_is_owed_by_the_roles_that_must_have_one() {
    let house = House::new().await;
    let owes = || house.state.owes_second_factor(&house.state.users()[0]);
    for (demand, owed) in [(Demand::None, false), (Demand::Admin, false), (Demand::Operator, true), (Demand::All, true)]
    {
        house.state.require_second_factor(&Author::of_tests(), demand).await.unwrap();
        assert_eq!(owes(), owed, "{demand:?}");
    }
    house.enrol().await;
    assert!(!owes());
}
