//! The filters of decisions: callbacks that asked and were decided.

use super::filters;
use super::kinds::{Apps, Choice, Ending, Exact, NumberOf, When, Whole};
use super::text::{APP, DIGITS, NUMBER, SESSION, SPAN, ends, title};
use crate::domain::{AppId, Asking, Asks, DecisionAction, DecisionNote, Text};
use crate::store::terms::Field;
use crate::store::{CallbackRow, Filter, Span};

/// The name of the rule that applies when no other does.
const DEFAULT: &str = "default";

const CALLER: NumberOf<CallbackRow> = (Field::Caller, |row| row.decision.as_ref()?.from.as_ref());
const X: NumberOf<CallbackRow> = (Field::X, |row| row.decision.as_ref()?.x.as_ref());
const CALLEE: NumberOf<CallbackRow> = (Field::Callee, |row| row.decision.as_ref()?.note.to.as_ref());

fn note(row: &CallbackRow) -> Option<&DecisionNote> {
    row.decision.as_ref().map(|decided| &decided.note)
}

filters! {
    pub struct DecisionQuery of CallbackRow {
        app: Filter<AppId> as Apps<CallbackRow> = Apps { of: |row| Some(row.app) }, APP;
        asks: Filter<Asks> as Choice<CallbackRow, Asks>
            = Choice::of(Field::Mode, |row, asks| row.decision.as_ref().is_some_and(|decided| decided.asks == *asks)),
            title("询问", "asked").api("What was asked about").flag("WORD", "About this: call, sms")
                .form(2, Text::new("询问", "Asked"));
        number: Filter<String> as Ending<CallbackRow> = Ending::of(&[CALLER, CALLEE, X]),
            NUMBER.hinted(0, Text::new("号码", "Number"), Text::new("任一个，后四位即可", "any of them, last four digits"));
        caller: Filter<String> as Ending<CallbackRow> = Ending::among(&[CALLER]),
            ends(title("主叫", "caller"), "Of a caller or sender that ends so")
                .hinted(1, Text::new("主叫", "Caller"), DIGITS);
        callee: Filter<String> as Ending<CallbackRow> = Ending::among(&[CALLEE]),
            ends(title("被叫", "callee"), "Answered with a number that ends so")
                .hinted(3, Text::new("接到", "To"), DIGITS);
        x: Filter<String> as Ending<CallbackRow> = Ending::among(&[X]),
            ends(title("X 号码", "X"), "At a privacy number that ends so")
                .hinted(2, Text::new("X 号码", "X number"), DIGITS);
        action: Filter<DecisionAction> as Choice<CallbackRow, DecisionAction>
            = Choice::of(Field::Action, |row, action| note(row).is_some_and(|note| note.action == *action)),
            title("动作", "what").api("What was answered")
                .flag("ACTION", "Answered so: connect, close, forward, discard").form(1, Text::new("回答", "Answer"));
        rule: Filter<String> as Exact<CallbackRow> = Exact::of(Field::Rule, |row, each| {
                note(row).into_iter().for_each(|note| each(note.rule.as_ref().map_or(DEFAULT, |(_, name)| name)));
            }),
            title("规则", "rule").api("The name of the rule that decided; `default` where none did")
                .flag("NAME", "By this rule; `default` where none decided")
                .hinted(4, Text::new("规则", "Rule"), Text::new("名称；默认规则写 default", "its name; default where none"));
        binding: Filter<u64> as Whole<CallbackRow, u64> = Whole {
                index: Field::Binding,
                min: 0,
                max: u64::MAX,
                words: &[],
                of: |row| Some(note(row)?.binding?.0),
            },
            title("绑定", "binding").api("The binding that was followed").flag("ID", "By this binding")
                .hinted(5, Text::new("绑定", "Binding"), Text::new("编号", "its number"));
        asking: Filter<Asking> as Choice<CallbackRow, Asking> = Choice::of(Field::State, |row, asking| {
                note(row).is_some_and(|note| note.asked.iter().any(|asked| asked.asking == *asking))
            }),
            title("公司系统", "our system").api("How asking the company's own system went")
                .flag("WORD", "Where our own system was asked and did this: decided, late …")
                .form(3, Text::new("公司系统", "Our system"));
        session: Filter<String> as Exact<CallbackRow>
            = Exact::session(|row, each| row.sessions.iter().for_each(|session| each(session))), SESSION;
        span: Span as When<CallbackRow> = When { of: |row| row.received_at }, SPAN;
    }
}
