//! What questions are answered from: bindings, rules and lists, and the decisions made with them.

use super::*;

/// Bindings: one of each state, newest first.
pub(in crate::http::admin) fn bindings() -> Vec<Binding> {
    let terms = |a: &str, x: &str, b: Option<&str>| BindingTerms {
        kind: BindingKind::X,
        a: PhoneNumber::parse(a).unwrap(),
        x: PhoneNumber::parse(x).unwrap(),
        b: b.and_then(PhoneNumber::parse),
        y: None,
        extension: None,
        direction: None,
        valid_from: None,
        valid_to: Some(at("2026-12-01T00:00:00Z")),
        max_minutes: Some(30),
        record: true,
        hint_tone: Some("hint.wav".to_owned()),
        wait_tone: None,
        last_minute_tone: None,
        user_data: Some("order=20261121-7, 13812340021".to_owned()),
        platform_id: None,
    };
    let binding = |id, terms, ended_at| Binding {
        id: BindingId(id),
        app: AppId(2),
        terms,
        created_at: at("2026-11-20T08:00:00Z"),
        changed_at: at("2026-11-20T09:30:00Z"),
        ended_at,
    };
    let both = || terms("13812340021", "075528780808", Some("13912345678"));
    let open = BindingTerms { valid_to: None, user_data: None, ..terms("13812340023", "17012340809", None) };
    let later = BindingTerms {
        kind: BindingKind::Axyb,
        y: number("17012340811"),
        direction: Some(Direction::AToB),
        valid_from: Some(at("2026-11-22T00:00:00Z")),
        ..both()
    };
    let over = BindingTerms { valid_to: Some(at("2026-11-20T12:00:00Z")), ..both() };
    vec![
        binding(128, both(), None),
        binding(127, open, None),
        binding(126, later, None),
        binding(125, over, None),
        binding(101, both(), Some(at("2026-11-20T10:00:00Z"))),
    ]
}

/// The versions of an app's rules, newest first.
pub(in crate::http::admin) fn rules() -> Vec<RulesVersion> {
    let set = serde_json::json!({"rules": [
        {"name": "night", "when": {"asks": "call", "time": [{"from": "22:00", "to": "07:00"}]},
         "then": {"do": "close", "tone": "night.wav"}},
        {"name": "boss", "when": {"caller": ["13812340021"]}, "then": {"do": "connect", "to": "13912345678"}},
        {"name": "crm", "off": true, "then": {"do": "ask", "url": "https://crm.example.com/ask"}},
    ]});
    let set: RuleSet = serde_json::from_value(set).unwrap();
    let version = |version, set| RulesVersion {
        version,
        at: (version > 0).then(|| "2026-11-20T09:30:00Z".to_owned()),
        by: (version > 0).then(|| "lin".to_owned()),
        by_kind: None,
        set,
    };
    vec![version(2, set.clone()), version(1, set), version(0, RuleSet::default())]
}

/// Lists that rules look into.
pub(in crate::http::admin) fn lists() -> Vec<NamedList> {
    let list = |name: &str, kind, entries: &[&str]| NamedList {
        name: name.to_owned(),
        kind,
        entries: entries.iter().map(|entry| (*entry).to_owned()).collect(),
    };
    vec![
        list("golden-week", ListKind::Days, &["2026-10-01/2026-10-08", "2026-12-31"]),
        list("regulars", ListKind::Numbers, &["13812340021", "+86755*", "075528780808"]),
    ]
}

/// The rules of an app, one of which looks into a list.
pub(in crate::http::admin) fn rule_sets() -> Vec<(String, RuleSet)> {
    let set = serde_json::json!({"rules": [
        {"name": "holiday", "when": {"holiday": ["golden-week"]}, "then": {"do": "close", "tone": "holiday.wav"}},
    ]});
    vec![("courier".to_owned(), serde_json::from_value(set).unwrap())]
}

/// What was asked about a call, by its first callback: the first of [`decisions`].
pub(in crate::http::admin) fn questions(call: &Call) -> Vec<CallbackRow> {
    let (row, _) = decisions().remove(0);
    vec![CallbackRow { seq: call.callbacks[0], received_at: call.t, ..row }]
}

/// Decisions: one by a binding, one by a rule after our own system was too late.
pub(in crate::http::admin) fn decisions() -> Vec<(CallbackRow, Option<Call>)> {
    let decided = |rule: Option<(u32, String)>, to: Option<PhoneNumber>, asked| DecidedQuestion {
        asks: Asks::Call,
        x: number("075528780808"),
        from: number("13812340021"),
        note: DecisionNote {
            action: if to.is_some() { DecisionAction::Connect } else { DecisionAction::Close },
            binding: to.is_some().then_some(BindingId(128)),
            to,
            version: 2,
            rule,
            micros: 412,
            asked,
        },
    };
    let late = AskedNote { rule: 1, asking: Asking::Late, millis: 500 };
    let by_rule = decided(Some((2, "night".to_owned())), None, vec![late]);
    let by_binding = decided(None, number("13912345678"), Vec::new());
    let row = |decided| CallbackRow { question: true, decision: Some(Box::new(decided)), ..callbacks().remove(0) };
    vec![(row(by_binding), Some(answered_call())), (row(by_rule), None)]
}
