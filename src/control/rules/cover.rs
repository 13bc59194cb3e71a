//! Which rules are never come to, because one before them decides everything they could.
//!
//! Only what is certain from the rules alone is told: a rule without conditions whose action needs
//! nothing that may be missing. Times that together make a day, or numbers that together are all
//! there are, are not added up.

use super::{AsksWord, Rule, Then, When};
use crate::domain::Asks;

/// The rules before it leave a rule less to decide than it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    /// Counted from 1.
    pub by: usize,
    /// `None`: nothing is left.
    pub left: Option<Asks>,
}

#[must_use]
pub fn covered(rules: &[Rule]) -> Vec<Option<Covered>> {
    // By which rule all calls, and all messages, are decided.
    let mut ended = [(Asks::Call, None), (Asks::Sms, None)];
    let mut found = Vec::with_capacity(rules.len());
    for (at, rule) in rules.iter().enumerate() {
        let may = ended.iter().filter(|(asks, _)| may_decide(rule, *asks));
        let (gone, left): (Vec<_>, Vec<_>) = may.partition(|(_, by)| by.is_some());
        let by = gone.iter().filter_map(|(_, by)| *by).max();
        let covered = by.map(|by| Covered { by, left: left.first().map(|(asks, _)| *asks) });
        found.push(covered.filter(|_| !rule.off));
        for (asks, by) in &mut ended {
            if by.is_none() && decides_all(rule, *asks) {
                *by = Some(at + 1);
            }
        }
    }
    found
}

fn may_decide(rule: &Rule, asks: Asks) -> bool {
    rule.when.asks.is_none_or(|word| Asks::from(word) == asks) && rule.then.decides().is_none_or(|of| of == asks)
}

/// Whether every call, or every message, ends at the rule. A message always has a sender.
fn decides_all(rule: &Rule, asks: Asks) -> bool {
    let word = match asks {
        Asks::Call => AsksWord::Call,
        Asks::Sms => AsksWord::Sms,
    };
    let always = [When::default(), When { asks: Some(word), ..When::default() }].contains(&rule.when);
    let surely = match &rule.then {
        Then::Connect(_) | Then::Close { .. } | Then::Discard {} | Then::Forward { to: Some(_), .. } => true,
        Then::FollowBinding {} | Then::Forward { to: None, .. } | Then::Ask { .. } => false,
    };
    !rule.off && always && surely && rule.then.decides() == Some(asks)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(rules: Value, expected: &[Option<(usize, Option<Asks>)>]) {
        let rules: Vec<Rule> = serde_json::from_value(rules).unwrap();
        let told: Vec<_> = covered(&rules).into_iter().map(|one| one.map(|one| (one.by, one.left))).collect();
        assert_eq!(told, expected, "{rules:?}");
    }

    #[test]
    fn below_a_rule_that_decides_every_call_only_messages_are_left() {
        let all = json!({"name": "all", "then": {"do": "connect", "to": "13912345603"}});
        let night =
            json!({"name": "night", "when": {"time": [{"from": "22:00", "to": "07:00"}]}, "then": {"do": "close"}});
        let bound = json!({"name": "bound", "then": {"do": "follow_binding"}});
        let drop = json!({"name": "drop", "when": {"asks": "sms"}, "then": {"do": "discard"}});
        check(
            json!([night, all, night, bound, drop, bound]),
            &[None, None, Some((2, None)), Some((2, Some(Asks::Sms))), None, Some((5, None))],
        );
    }

    #[test]
    fn what_may_decide_nothing_covers_nothing() {
        let ask = json!({"name": "crm", "then": {"do": "ask", "url": "https://crm.example/"}});
        let off = json!({"name": "off", "off": true, "then": {"do": "close"}});
        let other = json!({"name": "x", "when": {"x": ["17012345602"]}, "then": {"do": "close"}});
        let last = json!({"name": "last", "then": {"do": "close"}});
        check(json!([ask, off, other, last, off]), &[None, None, None, None, None]);
    }
}
