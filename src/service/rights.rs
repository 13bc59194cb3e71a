//! Which apps somebody may see, as pages, the API and the command line say it: the one reader.
//!
//! ```text
//! reach      apps named     what it is
//! all        none           every app, also those made later
//! some       some           those
//! not said   some           those
//! not said   none           every app
//! all        some           refused: which of the two is meant?
//! some       none           refused
//! ```
//!
//! A choice and a list that contradict each other are never settled here: to leave out the list
//! would show somebody every app whom one was meant for.

use crate::domain::{AppId, Scope, Text};

const CLASH: Text = Text::new(
    "你勾选了应用，但范围是全部：请改选“只限所选”，或取消勾选",
    "apps are named, but the scope is all: choose only these, or name none",
);
const NONE_NAMED: Text = Text::new("请至少选一个应用，或选全部", "the scope is only some apps, and none is named");
const UNKNOWN: Text = Text::new("范围应为全部或只限所选", "scope is one of all, some");

/// Reads what was said.
///
/// # Errors
/// What contradicts itself, in words for whoever said it.
pub(crate) fn scope(reach: Option<&str>, apps: Option<Vec<AppId>>) -> Result<Scope, Text> {
    let named = apps.as_ref().is_some_and(|apps| !apps.is_empty());
    match (reach, apps) {
        (Some("all"), _) if named => Err(CLASH),
        (Some("some"), _) if !named => Err(NONE_NAMED),
        (None, Some(_)) if !named => Err(NONE_NAMED),
        (Some("some") | None, Some(apps)) => Ok(Scope::Apps(apps.into_iter().collect())),
        (Some("all"), _) | (None, None) => Ok(Scope::All),
        (Some(_), _) => Err(UNKNOWN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_all_apps_and_a_list_of_some_are_never_settled_for_whoever_said_both() {
        let some = || Some(vec![AppId(2), AppId(3)]);
        let those = Ok(Scope::Apps([AppId(2), AppId(3)].into()));
        for (reach, apps, expected) in [
            (Some("all"), None, Ok(Scope::All)),
            (Some("all"), Some(Vec::new()), Ok(Scope::All)),
            (None, None, Ok(Scope::All)),
            (None, some(), those.clone()),
            (Some("some"), some(), those),
            (Some("all"), some(), Err(CLASH)),
            (Some("some"), None, Err(NONE_NAMED)),
            (Some("some"), Some(Vec::new()), Err(NONE_NAMED)),
            (None, Some(Vec::new()), Err(NONE_NAMED)),
            (Some("few"), some(), Err(UNKNOWN)),
            (Some("ALL"), None, Err(UNKNOWN)),
        ] {
            assert_eq!(scope(reach, apps.clone()), expected, "{reach:?} {apps:?}");
        }
    }
}
