//! The filters of the audit trail.

use super::filters;
use super::kinds::{Apps, Choice, Exact, Texts, When};
use super::text::{APP, SPAN, title};
use crate::domain::{ActorKind, AppId, Text};
use crate::store::terms::Field;
use crate::store::{AuditRow, Filter, Span};

filters! {
    /// Which entries of the audit trail. Those that belong to no app are found only without `app`.
    pub struct AuditQuery of AuditRow {
        by: Filter<String> as Exact<AuditRow> = whole(Field::By, |row, each| each(&row.by.name)),
            title("谁", "who").api("Who: a user or a token").flag("NAME", "By this user or token")
                .hinted(0, Text::new("谁", "Who"), Text::new("用户或令牌的名称", "a user's or token's name"));
        by_kind: Filter<ActorKind> as Choice<AuditRow, ActorKind>
            = Choice::compared(|row, kind| row.by.kind == Some(*kind)),
            title("身份", "kind").api("What kind of one")
                .flag("KIND", "By this kind: user, token, command_line, system, unknown");
        action: Filter<String> as Exact<AuditRow>
            = whole(Field::Action, |row, each| with_first(&row.action, '.', each)),
            title("动作", "what").api("What was done: `reveal`, `app.add`")
                .flag("ACTION", "That did this: reveal, export, login, app.change …");
        subject: Filter<String> as Exact<AuditRow>
            = whole(Field::Subject, |row, each| with_first(&row.subject, ' ', each)),
            title("对象", "object").api("What it was done to: `call 8f0c…`")
                .flag("OBJECT", "To this object: `app 3`, or any `app`")
                .hinted(0, Text::new("对象", "Object"), Text::new("如 app 3、user lin", "such as app 3, user lin"));
        app: Filter<AppId> as Apps<AuditRow> = Apps { of: |row| row.app }, APP;
        span: Span as When<AuditRow> = When { of: |row| row.at }, SPAN;
    }
}

/// A text of which a box holds one, since it may have commas in it.
const fn whole(index: Field, each: Texts<AuditRow>) -> Exact<AuditRow> {
    Exact { several: false, ..Exact::of(index, each) }
}

/// An action or an object is found whole and by its first word: `login` finds `login.failed`.
fn with_first(text: &str, end: char, each: &mut dyn FnMut(&str)) {
    each(text);
    if let Some((word, _)) = text.split_once(end) {
        each(word);
    }
}
