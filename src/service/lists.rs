//! The lists as one thing, what an address asks of one, and what stands around a row.

use super::filters;
use super::query::Query;
use super::{Context, ServiceError};
use crate::bindings::BindingQuery;
use crate::domain::{AppId, Call, PhoneNumber, Scope};
use crate::limits::{self, PUSH_ITEMS_MAX};
use crate::platforms::{self, Provider};
use crate::store::{
    CallQuery, CallbackQuery, CallbackRow, Count, DecisionQuery, Filter, FilterTable as _, NumberQuery, Page,
    QueryError, SmsQuery,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListKind {
    Calls,
    Callbacks,
    Sms,
    Numbers,
    Bindings,
    Decisions,
}

#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one a request, and it is moved once")]
pub(crate) enum ListQuery {
    Calls(CallQuery),
    Callbacks(CallbackQuery),
    Sms(SmsQuery),
    Numbers(NumberQuery),
    Bindings(BindingQuery),
    Decisions(DecisionQuery),
}

impl ListKind {
    pub(crate) const ALL: [Self; 6] =
        [Self::Calls, Self::Callbacks, Self::Sms, Self::Numbers, Self::Bindings, Self::Decisions];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Callbacks => "callbacks",
            Self::Sms => "sms",
            Self::Numbers => "numbers",
            Self::Bindings => "bindings",
            Self::Decisions => "decisions",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.name() == name)
    }

    pub(crate) fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Calls => CallQuery::parameters(),
            Self::Callbacks => CallbackQuery::parameters(),
            Self::Sms => SmsQuery::parameters(),
            Self::Numbers => NumberQuery::parameters(),
            Self::Bindings => BindingQuery::parameters(),
            Self::Decisions => DecisionQuery::parameters(),
        }
    }

    pub(crate) fn read(self, context: &Context, scope: &Scope, query: &Query) -> Result<ListQuery, ServiceError> {
        Ok(match self {
            Self::Calls => ListQuery::Calls(filters::read(context, scope, query)?),
            Self::Callbacks => ListQuery::Callbacks(filters::read(context, scope, query)?),
            Self::Sms => ListQuery::Sms(filters::read(context, scope, query)?),
            Self::Numbers => ListQuery::Numbers(filters::read(context, scope, query)?),
            Self::Bindings => ListQuery::Bindings(filters::read(context, scope, query)?),
            Self::Decisions => ListQuery::Decisions(filters::read(context, scope, query)?),
        })
    }
}

impl ListQuery {
    /// May wait for the disk.
    pub(crate) fn count(&self, context: &Context) -> Result<Count, QueryError> {
        match self {
            Self::Calls(query) => context.store.count_calls(query),
            Self::Callbacks(query) => context.store.count_callbacks(query),
            Self::Sms(query) => context.store.count_sms(query),
            Self::Numbers(query) => Ok(context.store.count_numbers(query)),
            Self::Bindings(query) => context.bindings.count_of(query),
            Self::Decisions(query) => context.store.count_decisions(query),
        }
    }
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
