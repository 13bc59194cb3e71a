//! A binding: who reaches whom through a privacy number, from when to when, and how.
//!
//! In X mode the platform keeps none and asks; in the other modes it keeps its own, and ours
//! stands beside it. A binding is never deleted: it ends, so that a call of last month can still
//! be explained.

use jiff::Timestamp;

use super::{AppId, Connect, Direction, PhoneNumber, Seq, vocabulary};

/// A binding's id: the number of the record that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BindingId(pub Seq);

vocabulary! {
    /// Which mode of the platform a binding belongs to.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub enum BindingKind {
        /// The platform keeps nothing and asks us.
        #[default]
        X "x" "X 模式" "X mode",
        /// X is A's alone; everyone who calls it reaches A.
        Ax "ax" "AX" "AX",
        /// X is between A and B.
        Axb "axb" "AXB" "AXB",
        /// X is shared; an extension leads to A.
        Axe "axe" "AXE" "AXE",
        /// X is A's and Y is B's.
        Axyb "axyb" "AXYB" "AXYB",
    }
}

/// Who reaches whom, and how. What a person sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindingTerms {
    pub kind: BindingKind,
    pub a: PhoneNumber,
    pub x: PhoneNumber,
    /// The other party; without one everybody who calls X reaches A.
    pub b: Option<PhoneNumber>,
    /// B's own privacy number: A calls it to reach B.
    pub y: Option<PhoneNumber>,
    /// The extension that leads to A (AXE).
    pub extension: Option<String>,
    /// Who may call whom; `None` is both.
    pub direction: Option<Direction>,
    /// From when on; `None` is at once.
    pub valid_from: Option<Timestamp>,
    /// Until when, that instant not included; `None` is for ever.
    pub valid_to: Option<Timestamp>,
    /// The longest call, in minutes from answer; `None` is unlimited.
    pub max_minutes: Option<u16>,
    pub record: bool,
    /// The announcement that a recorded call begins with.
    pub hint_tone: Option<String>,
    /// What the caller hears instead of the ring-back tone.
    pub wait_tone: Option<String>,
    /// Played one minute before the end of a limited call.
    pub last_minute_tone: Option<String>,
    /// Echoed by the platform in later events and in the record.
    pub user_data: Option<String>,
    /// The platform's own id of it, in the modes where the platform keeps it.
    pub platform_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Its id, for life.
    pub id: BindingId,
    pub app: AppId,
    pub terms: BindingTerms,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

vocabulary! {
    /// How a binding stands at an instant.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum BindingState {
        Active "active" "生效中" "In force",
        /// It begins later.
        Scheduled "scheduled" "未到时间" "Not yet",
        Expired "expired" "已过期" "Expired",
        Ended "ended" "已解除" "Ended",
    }
}

impl Binding {
    /// How it stands at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> BindingState {
        match (self.terms.valid_from, self.terms.valid_to) {
            _ if self.ended_at.is_some_and(|ended| ended <= now) => BindingState::Ended,
            (_, Some(to)) if to <= now => BindingState::Expired,
            (Some(from), _) if from > now => BindingState::Scheduled,
            _ => BindingState::Active,
        }
    }
}

impl BindingTerms {
    /// The plainest there are: in X mode, both ways, at once and for ever, nothing recorded.
    #[must_use]
    pub fn new(a: PhoneNumber, x: PhoneNumber, b: Option<PhoneNumber>) -> Self {
        Self {
            kind: BindingKind::X,
            a,
            x,
            b,
            y: None,
            extension: None,
            direction: None,
            valid_from: None,
            valid_to: None,
            max_minutes: None,
            record: false,
            hint_tone: None,
            wait_tone: None,
            last_minute_tone: None,
            user_data: None,
            platform_id: None,
        }
    }

    /// How a call to `callee` is connected by it.
    #[must_use]
    pub fn connect(&self, callee: &PhoneNumber) -> Connect {
        Connect {
            callee: callee.clone(),
            display: None,
            max_minutes: self.max_minutes,
            record: self.record,
            hint_tone: self.hint_tone.clone(),
            wait_tone: self.wait_tone.clone(),
            last_minute_tone: self.last_minute_tone.clone(),
            user_data: self.user_data.clone(),
        }
    }

    /// Who calls or writes to which number and is answered by it; no caller is everybody.
    #[must_use]
    pub fn asked_by(&self) -> Vec<(&PhoneNumber, Option<&PhoneNumber>)> {
        match &self.b {
            Some(b) => vec![(self.y.as_ref().unwrap_or(&self.x), Some(&self.a)), (&self.x, Some(b))],
            None if self.extension.is_none() => vec![(&self.x, None)],
            None => Vec::new(),
        }
    }

    /// Whom `caller` reaches by calling or writing to `dialled`, if this binding lets them.
    #[must_use]
    pub fn other_party(&self, dialled: &PhoneNumber, caller: Option<&PhoneNumber>) -> Option<&PhoneNumber> {
        let (from_a, to_b) = (self.direction != Some(Direction::BToA), self.direction != Some(Direction::AToB));
        let is_a = caller == Some(&self.a);
        let Some(b) = &self.b else {
            // Everybody reaches A, but A themselves: nobody is bound to them.
            return (*dialled == self.x && self.extension.is_none() && !is_a && to_b).then_some(&self.a);
        };
        // A calls Y where there is one, else X; B always calls X.
        let a_calls = self.y.as_ref().unwrap_or(&self.x);
        if is_a && dialled == a_calls {
            return from_a.then_some(b);
        }
        (caller == Some(b) && *dialled == self.x && to_b).then_some(&self.a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).unwrap()
    }

    fn terms() -> BindingTerms {
        BindingTerms::new(number("13800000001"), number("17000000001"), Some(number("13800000002")))
    }

    fn reaches(terms: &BindingTerms, dialled: &str, caller: &str) -> Option<String> {
        terms.other_party(&number(dialled), Some(&number(caller))).map(|party| party.national().to_owned())
    }

    #[test]
    fn each_party_reaches_the_other_and_nobody_else_reaches_anyone() {
        let terms = terms();
        assert_eq!(reaches(&terms, "17000000001", "13800000001").as_deref(), Some("13800000002"));
        assert_eq!(reaches(&terms, "17000000001", "13800000002").as_deref(), Some("13800000001"));
        assert_eq!(reaches(&terms, "17000000001", "13800000003"), None);
        assert_eq!(reaches(&terms, "17000000002", "13800000001"), None);
        assert_eq!(terms.other_party(&terms.x, None), None);
    }

    #[test]
    fn a_direction_lets_only_one_of_them_call() {
        let one_way = BindingTerms { direction: Some(Direction::AToB), ..terms() };
        assert_eq!(reaches(&one_way, "17000000001", "13800000001").as_deref(), Some("13800000002"));
        assert_eq!(reaches(&one_way, "17000000001", "13800000002"), None);
    }

    #[test]
    fn without_b_everybody_but_a_reaches_a() {
        let open = BindingTerms { b: None, ..terms() };
        assert_eq!(reaches(&open, "17000000001", "13900000009").as_deref(), Some("13800000001"));
        assert_eq!(reaches(&open, "17000000001", "13800000001"), None);
        assert_eq!(open.other_party(&open.x, None), Some(&open.a));
    }

    #[test]
    fn with_y_a_calls_y_and_b_calls_x() {
        let both = BindingTerms { y: Some(number("17000000002")), ..terms() };
        assert_eq!(reaches(&both, "17000000002", "13800000001").as_deref(), Some("13800000002"));
        assert_eq!(reaches(&both, "17000000001", "13800000001"), None);
        assert_eq!(reaches(&both, "17000000001", "13800000002").as_deref(), Some("13800000001"));
    }

    #[test]
    fn a_binding_holds_from_its_first_instant_to_before_its_last() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let (from, to) = (at("2026-11-21T08:00:00Z"), at("2026-11-21T09:00:00Z"));
        let terms = BindingTerms { valid_from: Some(from), valid_to: Some(to), ..terms() };
        let mut binding =
            Binding { id: BindingId(1), app: AppId(1), terms, created_at: from, changed_at: from, ended_at: None };
        assert_eq!(binding.state(at("2026-11-21T07:59:59Z")), BindingState::Scheduled);
        assert_eq!(binding.state(from), BindingState::Active);
        assert_eq!(binding.state(to), BindingState::Expired);
        binding.ended_at = Some(at("2026-11-21T08:30:00Z"));
        assert_eq!(binding.state(from), BindingState::Active);
        assert_eq!(binding.state(at("2026-11-21T08:30:00Z")), BindingState::Ended);
    }
}
