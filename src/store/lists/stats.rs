//! The filters of statistics: which calls are counted. The counters are kept by these, so that
//! none is ever looked up or compared; what a row says of a call is what a counter has of it.

use super::filters;
use super::kinds::{Apps, Choice, Ending, NumberOf, Providers, When};
use super::text::{APP, PRODUCT, PROVIDER, SPAN, ends, title};
use crate::domain::{AppId, Call, CallOutcome, Product, ProviderId};
use crate::store::terms::Field;
use crate::store::{Filter, Span};

const X: [NumberOf<Call>; 1] = [(Field::X, |call| call.x.as_ref())];

filters! {
    /// Which calls a statistic counts, in whole hours.
    pub struct StatQuery of Call {
        app: Filter<AppId> as Apps<Call> = Apps { of: |call| Some(call.app) }, APP;
        provider: Filter<ProviderId> as Providers<Call> = Providers { of: |call| Some(call.provider) }, PROVIDER;
        product: Filter<Product> as Choice<Call, Product>
            = Choice::compared(|call, product| call.product == Some(*product)), PRODUCT;
        outcome: Filter<CallOutcome> as Choice<Call, CallOutcome>
            = Choice::compared(|call, outcome| call.outcome == Some(*outcome)),
            title("结果", "outcome").api("How the call ended")
                .flag("OUTCOME", "That ended so: answered, no_answer, busy …");
        x: Filter<String> as Ending<Call> = Ending::among(&X),
            ends(title("X 号码", "X"), "With a privacy number that ends so");
        span: Span as When<Call> = When { of: |call| call.t }, SPAN;
    }
}

impl From<Span> for StatQuery {
    fn from(span: Span) -> Self {
        Self { span, ..Self::default() }
    }
}
