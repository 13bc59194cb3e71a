//! The filters of privacy numbers: all are in memory, and each is compared.

use super::filters;
use super::kinds::{Apps, Choice, Ending, Exact, NumberOf};
use super::text::{APP, DIGITS, EXACTLY, NUMBER, title};
use crate::domain::{AppId, NumberState, Text};
use crate::store::Filter;
use crate::store::numbers::KnownNumber;
use crate::store::terms::Field;

const NUMBERS: [NumberOf<KnownNumber>; 1] = [(Field::X, |known| Some(&known.number))];

filters! {
    pub struct NumberQuery of KnownNumber {
        app: Filter<AppId> as Apps<KnownNumber> = Apps { of: |known| Some(known.app) }, APP;
        number: Filter<String> as Ending<KnownNumber> = Ending::among(&NUMBERS),
            NUMBER.hinted(0, Text::new("号码", "Number"), DIGITS);
        state: Filter<Option<NumberState>> as Choice<KnownNumber, Option<NumberState>>
            = Choice::compared(|known, state| known.state() == state.as_ref().map(NumberState::name)),
            title("状态", "state").api("What the platform last said of the number")
                .flag("STATE", "In this state: normal, paused, unavailable, frozen, none")
                .form(1, Text::new("状态", "State"));
        cause: Filter<String> as Exact<KnownNumber>
            = Exact::compared(true, |known, each| known.cause().into_iter().for_each(each)),
            title("原因码", "cause").api("Why: a code, or its table and the code, as in `stateCode:7014`")
                .flag("CODE", "With this cause of their state").hinted(0, Text::new("原因码", "Cause code"), EXACTLY);
    }
}
