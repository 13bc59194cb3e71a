//! The rules and lists that people set, kept in the state, and ready to decide.
//!
//! What is ready is made when something changes and looked up by everybody: a phone is ringing. Of
//! a state that changed elsewhere, and of the rules and lists that did not, nothing is made again.
//! Versions of an app's rules are kept beside the present one, as many as their bound allows, so
//! that a change can be looked at and taken back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::lists::{LIST, Lists};
use super::rules::{Compiled, RuleSet, check};
use super::{ControlError, NamedList};
use crate::clock::Clock;
use crate::domain::{App, AppId, Secret};
use crate::limits::{LISTS_MAX, OVERTAKEN_TRIES, RULE_VERSIONS, RULE_VERSIONS_BYTES, RULE_VERSIONS_LEAST};
use crate::platforms;
use crate::state::{Author, State, StateError, Values, random};

/// Prefix of rules in the state.
const RULES: &str = "rules/";
/// Prefix of signing secrets in the state.
const ASK: &str = "ask/";

/// A version of an app's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulesVersion {
    /// Its number: 1 is the first that somebody set; 0 is what was there before.
    pub version: u64,
    /// When it was set, RFC 3339.
    pub at: Option<String>,
    /// By whom.
    pub by: Option<String>,
    /// What kind of one that is: `user`, `token`, `command_line`; null where it was not noted.
    #[serde(default)]
    pub by_kind: Option<String>,
    /// The rules.
    #[serde(flatten)]
    pub set: RuleSet,
}

#[derive(Debug)]
pub(super) struct Book {
    state: State,
    clock: Clock,
    ready: ArcSwap<Ready>,
    making: Mutex<()>,
    /// Held by whoever saves rules: of two savers here the second sees what the first did.
    saving: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Ready {
    /// Made from this revision of the state.
    revision: u64,
    kept: Kept,
    lists: Lists,
    rules: HashMap<AppId, Arc<Compiled>>,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    lists: Vec<(String, Arc<Value>)>,
    rules: Vec<(String, Arc<Value>)>,
}

impl Book {
    pub(super) fn new(state: State, clock: Clock) -> Self {
        let ready = ArcSwap::from_pointee(Ready::of(&state, &Ready::default()));
        Self { state, clock, ready, making: Mutex::new(()), saving: tokio::sync::Mutex::default() }
    }

    #[cfg(test)]
    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// `None`: none were set.
    pub(super) fn rules(&self, app: AppId) -> Option<Arc<Compiled>> {
        self.fresh().rules.get(&app).cloned()
    }

    /// Rebuilt when a value of the state has changed.
    fn fresh(&self) -> arc_swap::Guard<Arc<Ready>> {
        let ready = self.ready.load();
        if ready.revision == self.state.revision() {
            return ready;
        }
        let _alone = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.ready.load();
        if before.revision != self.state.revision() {
            self.ready.store(Arc::new(Ready::of(&self.state, &before)));
        }
        self.ready.load()
    }

    pub(super) fn present(&self, app: AppId) -> RulesVersion {
        self.state.value(&format!("{RULES}{}", app.0)).unwrap_or(RulesVersion {
            version: 0,
            at: None,
            by: None,
            by_kind: None,
            set: RuleSet::default(),
        })
    }

    /// Newest first; the first is the present one.
    pub(super) fn versions(&self, app: AppId) -> Vec<RulesVersion> {
        let mut versions: Vec<RulesVersion> = self.state.values(&format!("{RULES}{}/", app.0));
        versions.push(self.present(app));
        versions.sort_by_key(|version| std::cmp::Reverse(version.version));
        versions
    }

    pub(super) fn check(&self, app: &App, set: &RuleSet) -> Result<(), ControlError> {
        let provider = platforms::by_id(app.provider).filter(|provider| provider.asks());
        let provider = provider.ok_or_else(|| ControlError::NoQuestions(app.name.clone()))?;
        Ok(check(set, provider, &self.fresh().lists)?)
    }

    pub(super) fn ready(&self, set: RuleSet) -> Compiled {
        Compiled::new(0, set, &self.fresh().lists)
    }

    /// Saves a set as the next version, unless it equals the present one. `based_on`: the version that
    /// the person saw; without it the newest one here.
    pub(super) async fn set(
        &self,
        by: &Author,
        app: &App,
        set: RuleSet,
        based_on: Option<u64>,
    ) -> Result<RulesVersion, ControlError> {
        let _alone = self.saving.lock().await;
        self.check(app, &set)?;
        let present = self.present(app.id);
        if based_on.is_some_and(|version| version != present.version) {
            return Err(ControlError::Stale { present: present.version });
        }
        if present.version > 0 && set == present.set {
            return Ok(present);
        }
        let at: Timestamp = self.clock.now();
        let who = by.who();
        let next = RulesVersion {
            version: present.version + 1,
            at: Some(at.to_string()),
            by: Some(who.name.clone()),
            by_kind: Some(who.kind.name().to_owned()),
            set,
        };
        by.note("version", next.version);
        let name = format!("{RULES}{}", app.id.0);
        // The old one first: whatever happens between, no version is missing.
        if present.version > 0 {
            self.state.set_value(by, &format!("{name}/{:08}", present.version), &present).await?;
        }
        let decide = || {
            self.check(app, &next.set)?;
            match self.present(app.id).version {
                version if version == present.version => Ok(&next),
                present => Err(ControlError::Stale { present }),
            }
        };
        if let Err(error) = self.write(by, &name, decide).await {
            // What was there before was kept by then, which is on record as this change.
            by.failed("changed_meanwhile").await;
            return Err(error);
        }
        for old in self.out_of_bounds(&format!("{name}/")) {
            self.state.forget_value(by, &old).await?;
        }
        Ok(next)
    }

    /// Writes the result of `decide` on the present rules and lists; decides again if another change
    /// came first.
    async fn write<T: Serialize>(
        &self,
        by: &Author,
        name: &str,
        decide: impl Fn() -> Result<T, ControlError>,
    ) -> Result<(), ControlError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let kept = Kept::of(&self.state);
            let value = decide()?;
            match self.state.set_value_if(by, name, &value, move |values| Kept::within(values) == kept).await {
                Err(StateError::Stale) if tries < OVERTAKEN_TRIES => {}
                written => return Ok(written?),
            }
        }
    }

    fn out_of_bounds(&self, prefix: &str) -> Vec<String> {
        let mut kept = self.state.look(|values| values.kept(prefix));
        kept.sort_by(|one, other| other.0.cmp(&one.0));
        let (mut count, mut bytes) = (0, 0);
        kept.retain(|(_, version)| {
            count += 1;
            bytes += version.to_string().len();
            count > RULE_VERSIONS || (bytes > RULE_VERSIONS_BYTES && count > RULE_VERSIONS_LEAST)
        });
        kept.into_iter().map(|(version, _)| format!("{prefix}{version}")).collect()
    }

    pub(super) fn lists(&self) -> Vec<NamedList> {
        self.state.values(LIST)
    }

    /// Replaces a list of the same name.
    pub(super) async fn set_list(&self, by: &Author, list: NamedList) -> Result<(), ControlError> {
        list.check()?;
        let decide = || {
            let others = self.lists();
            if others.len() >= LISTS_MAX && others.iter().all(|other| other.name != list.name) {
                return Err(ControlError::TooManyLists);
            }
            let changed = others.iter().find(|other| other.name == list.name && other.kind != list.kind);
            if changed.is_some() && self.used_in(&list.name).is_some() {
                return Err(ControlError::OtherKind);
            }
            Ok(&list)
        };
        self.write(by, &format!("{LIST}{}", list.name), decide).await?;
        // Now, and not when the next phone rings.
        self.fresh();
        Ok(())
    }

    /// Refused while a rule uses the list.
    pub(super) async fn remove_list(&self, by: &Author, name: &str) -> Result<(), ControlError> {
        let decide = || {
            if self.lists().iter().all(|list| list.name != name) {
                return Err(ControlError::NoList(name.to_owned()));
            }
            self.used_in(name).map_or(Ok(Value::Null), |app| Err(ControlError::ListUsed(app)))
        };
        self.write(by, &format!("{LIST}{name}"), decide).await
    }

    /// An app whose rules use a list.
    fn used_in(&self, name: &str) -> Option<AppId> {
        let ready = self.fresh();
        let mut apps = ready.rules.iter();
        apps.find(|(_, rules)| rules.set.rules.iter().any(|rule| rule.when.looks_into(name))).map(|(app, _)| *app)
    }

    /// Signs questions to the decision webhook.
    pub(super) fn secret(&self, app: AppId) -> Option<Secret> {
        self.state.sealed_value(&format!("{ASK}{}", app.0))
    }

    /// The old one is no longer used at once.
    pub(super) async fn new_secret(&self, by: &Author, app: AppId) -> Result<Secret, ControlError> {
        use base64::Engine as _;
        let key = base64::engine::general_purpose::STANDARD.encode(random::bytes::<32>());
        let secret = Secret::new(format!("whsec_{key}"));
        self.state.seal_value(by, &format!("{ASK}{}", app.0), secret.clone()).await?;
        Ok(secret)
    }
}

impl Ready {
    fn of(state: &State, before: &Self) -> Self {
        // Before the values: what changes meanwhile is seen at the next look.
        let revision = state.revision();
        let kept = Kept::of(state);
        if kept == before.kept {
            return Self { revision, kept, lists: before.lists.clone(), rules: before.rules.clone() };
        }
        let lists = Lists::of(kept.lists.clone(), &before.lists);
        let rules = kept.rules.iter().filter_map(|(app, kept)| {
            // Earlier versions have a name within that of the app.
            let app = AppId(app.parse().ok()?);
            let version = RulesVersion::deserialize(&**kept).ok()?;
            Some((app, Arc::new(Compiled::new(version.version, version.set, &lists))))
        });
        let rules = rules.collect();
        Self { revision, kept, lists, rules }
    }
}

impl Kept {
    fn of(state: &State) -> Self {
        state.look(Self::within)
    }

    fn within(values: &Values<'_>) -> Self {
        Self { lists: values.kept(LIST), rules: values.kept(RULES) }
    }
}

impl PartialEq for Kept {
    /// The same values, by identity.
    fn eq(&self, other: &Self) -> bool {
        let same = |one: &[(String, Arc<Value>)], other: &[(String, Arc<Value>)]| {
            let pairs = || one.iter().zip(other);
            one.len() == other.len() && pairs().all(|(one, other)| one.0 == other.0 && Arc::ptr_eq(&one.1, &other.1))
        };
        same(&self.lists, &other.lists) && same(&self.rules, &other.rules)
    }
}
