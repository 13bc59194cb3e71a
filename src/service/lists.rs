//! The lists as one thing, what an address asks of one, and what stands around a row.

use super::filters;
use super::query::Query;
use super::{Context, ServiceError};
use crate::bindings::BindingQuery;
use crate::domain::{AppId, Binding, Call, PhoneNumber, Scope};
use crate::limits::{self, PUSH_ITEMS_MAX};
use crate::platforms::{self, Provider};
use crate::store::{
    CallQuery, CallbackQuery, CallbackRow, Count, DecisionQuery, Filter, FilterTable, Listing, NumberQuery, NumberRow,
    Page, QueryError, SmsQuery, SmsRow,
};

/// The query of a list. Both answers may wait for the disk.
pub(crate) trait RowQuery: FilterTable + Send + 'static {
    type Item: Send + 'static;
    const KIND: ListKind;

    fn rows(&self, context: &Context, page: &Page) -> Result<Listing<Self::Item>, QueryError>;
    fn count(&self, context: &Context) -> Result<Count, QueryError>;
}

/// One row a list: its name in addresses, its query, its rows and their count.
macro_rules! lists {
    ($($list:ident $name:literal: $query:ty => $item:ty,
        |$context:ident, $asked:ident, $page:ident| $rows:expr, $count:expr;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum ListKind {
            $($list),*
        }

        #[derive(Debug, Clone)]
        #[expect(clippy::large_enum_variant, reason = "there is one a request, and it is moved once")]
        pub(crate) enum ListQuery {
            $($list($query)),*
        }

        impl ListKind {
            pub(crate) const ALL: &[Self] = &[$(Self::$list),*];

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$list => $name),*
                }
            }

            pub(crate) fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|list| list.name() == name)
            }

            pub(crate) fn parameters(self) -> &'static [&'static str] {
                match self {
                    $(Self::$list => <$query>::parameters()),*
                }
            }

            pub(crate) fn read(self, context: &Context, scope: &Scope, query: &Query) -> Result<ListQuery, ServiceError> {
                Ok(match self {
                    $(Self::$list => ListQuery::$list(filters::read(context, scope, query)?)),*
                })
            }
        }

        impl ListQuery {
            /// May wait for the disk.
            pub(crate) fn count(&self, context: &Context) -> Result<Count, QueryError> {
                match self {
                    $(Self::$list(query) => query.count(context)),*
                }
            }
        }

        $(impl RowQuery for $query {
            type Item = $item;
            const KIND: ListKind = ListKind::$list;

            fn rows(&self, $context: &Context, $page: &Page) -> Result<Listing<$item>, QueryError> {
                let $asked = self;
                $rows
            }

            fn count(&self, $context: &Context) -> Result<Count, QueryError> {
                let $asked = self;
                $count
            }
        })*
    };
}

lists! {
    Calls "calls": CallQuery => Call, |on, query, page| on.store.calls(query, page), on.store.count_calls(query);
    Callbacks "callbacks": CallbackQuery => CallbackRow,
        |on, query, page| on.store.callbacks(query, page), on.store.count_callbacks(query);
    Sms "sms": SmsQuery => SmsRow, |on, query, page| on.store.sms(query, page), on.store.count_sms(query);
    Numbers "numbers": NumberQuery => NumberRow,
        |on, query, page| on.store.numbers(query, page), Ok(on.store.count_numbers(query));
    Bindings "bindings": BindingQuery => Binding,
        |on, query, page| on.bindings.list(query, page), on.bindings.count_of(query);
    Decisions "decisions": DecisionQuery => CallbackRow,
        |on, query, page| on.store.decisions(query, page), on.store.count_decisions(query);
}

/// Oldest first; one look-up by session. May wait for the disk.
pub(crate) fn decisions_of_call(context: &Context, call: &Call) -> Result<Vec<CallbackRow>, QueryError> {
    if !platforms::by_id(call.provider).is_some_and(Provider::asks) {
        return Ok(Vec::new());
    }
    let mut rows = decisions_of_session(context, call.app, call.session.reveal())?;
    rows.retain(|row| row.calls.contains(&call.id));
    rows.reverse();
    Ok(rows)
}

/// Of a session, or of a message with this id; newest first.
pub(crate) fn decisions_of_session(
    context: &Context,
    app: AppId,
    session: &str,
) -> Result<Vec<CallbackRow>, QueryError> {
    let query = DecisionQuery {
        app: Filter::any(vec![app]),
        session: Filter::any(vec![session.to_owned()]),
        ..DecisionQuery::default()
    };
    let page = Page { limit: limits::CALL_DECISIONS, cursor: None };
    Ok(context.store.decisions(&query, &page)?.items)
}

/// Numbers of the calls and the question of a callback: they are also masked inside its session ids.
pub(crate) fn parties(context: &Context, row: &CallbackRow) -> Vec<PhoneNumber> {
    let decided = row.decision.as_deref();
    let asked = decided.map_or([&None, &None, &None], |of| [&of.from, &of.x, &of.note.to]);
    let asked = asked.into_iter().flatten().cloned();
    let calls = row.calls.iter().take(PUSH_ITEMS_MAX).filter_map(|id| context.store.call(*id).ok().flatten());
    let calls: Vec<Call> = calls.collect();
    asked.chain(calls.iter().flat_map(Call::parties).cloned()).collect()
}
