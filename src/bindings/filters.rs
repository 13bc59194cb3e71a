//! Filters of bindings: numbers are found by their last four digits and apps by key; then every row is
//! compared.

use crate::domain::{AppId, Binding, BindingKind, BindingState, Text};
use crate::store::{APP, Apps, Choice, Ending, Exact, Field, Filter, NUMBER, NumberOf, ends, filters, title};

#[derive(Debug)]
pub(crate) struct BindingNow {
    pub(super) binding: Binding,
    pub(super) state: BindingState,
}

const A: NumberOf<BindingNow> = (Field::Caller, |now| Some(&now.binding.terms.a));
const X: NumberOf<BindingNow> = (Field::X, |now| Some(&now.binding.terms.x));
const B: NumberOf<BindingNow> = (Field::Callee, |now| now.binding.terms.b.as_ref());
const Y: NumberOf<BindingNow> = (Field::Y, |now| now.binding.terms.y.as_ref());

const DIGITS: Text = Text::new("后四位或全号", "last digits or all");
const EXACTLY: Text = Text::new("完全一致", "exactly");

filters! {
    pub struct BindingQuery of BindingNow {
        app: Filter<AppId> as Apps<BindingNow> = Apps { of: |now| Some(now.binding.app) }, APP;
        kind: Filter<BindingKind> as Choice<BindingNow, BindingKind>
            = Choice::compared(|now, kind| now.binding.terms.kind == *kind),
            title("模式", "mode").api("The platform's mode").flag("MODE", "Of this mode: x, ax, axb, axe, axyb")
                .form(2, Text::new("模式", "Mode"));
        state: Filter<BindingState> as Choice<BindingNow, BindingState>
            = Choice::compared(|now, state| now.state == *state),
            title("状态", "state").api("How the binding stands now")
                .flag("STATE", "That stand so: active, scheduled, expired, ended").form(1, Text::new("状态", "State"));
        number: Filter<String> as Ending<BindingNow> = Ending::among(&[A, X, B, Y]),
            NUMBER.hinted(0, Text::new("号码", "Number"), Text::new("任一个，后四位即可", "any of them, last four digits"));
        a: Filter<String> as Ending<BindingNow> = Ending::among(&[A]),
            ends(title("A 号码", "A"), "With an A that ends so").hinted(1, Text::new("A 号码", "A"), DIGITS);
        b: Filter<String> as Ending<BindingNow> = Ending::among(&[B]),
            ends(title("B 号码", "B"), "With a B that ends so").hinted(3, Text::new("B 号码", "B"), DIGITS);
        x: Filter<String> as Ending<BindingNow> = Ending::among(&[X]),
            ends(title("X 号码", "X"), "With a privacy number that ends so")
                .hinted(2, Text::new("X 号码", "X number"), DIGITS);
        y: Filter<String> as Ending<BindingNow> = Ending::among(&[Y]),
            ends(title("Y 号码", "Y"), "With a privacy number of B that ends so")
                .hinted(4, Text::new("Y 号码", "Y number"), DIGITS);
        platform_id: Filter<String> as Exact<BindingNow>
            = Exact::compared(true, |now, each| now.binding.terms.platform_id.iter().for_each(|id| each(id))),
            title("平台绑定号", "platform's id").api("The platform's own id of it, exactly")
                .flag("ID", "With this id of the platform").hinted(5, Text::new("平台绑定号", "Platform's id"), EXACTLY);
        user_data: Filter<String> as Exact<BindingNow>
            = Exact::compared(false, |now, each| now.binding.terms.user_data.iter().for_each(|data| each(data))),
            title("随路数据", "user data").api("What is echoed in events and records, exactly")
                .flag("TEXT", "With this user data, exactly")
                .hinted(0, Text::new("随路数据", "User data"), EXACTLY);
    }
}
