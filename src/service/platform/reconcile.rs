//! Our bindings compared with the platform's, by its own queries.
//!
//! Each of ours is asked for by the platform's id; each X of ours is asked for what else is bound
//! on it, where the mode can list an X. A page at a time: a platform limits how often it is asked,
//! and a person waits. It ends with the first question that the platform will not take: asking on
//! with a key that is refused gets an address blocked.
//!
//! | verdict | means |
//! | --- | --- |
//! | same | both say the same |
//! | different | both have it, with other numbers |
//! | missing | ours, and the platform has none; with `platform_id` where it was never told |
//! | unknown | the platform's, and we have none |
//! | failed | the platform finds the question itself wrong |

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::AuditAction;
use crate::domain::{App, Binding, BindingId, BindingKind, PhoneNumber, Text, vocabulary};
use crate::limits::{PLATFORM_COMPARED, PLATFORM_PAGE, PLATFORM_PAIRS};
use crate::platforms::outbound::{self, Bound, Credentials, Mode, PlatformError, Request};
use crate::service::{
    Context,
    platform::keep,
    platform::{Actor, Failure, settings},
};
use crate::store;

/// Codes for "no such binding".
const NONE_THERE: [&str; 3] = ["1012001", "1012007", "1011004"];

/// Code for an invalid request.
const INVALID: &str = "1010002";

fn is_none_there(code: &str) -> bool {
    NONE_THERE.contains(&code)
}

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Verdict {
        Same "same",
        Different "different",
        Missing "missing",
        Unknown "unknown",
        Failed "failed",
    }
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) verdict: Verdict,
    pub(crate) binding: Option<BindingId>,
    pub(crate) platform_id: String,
    pub(crate) x: Option<PhoneNumber>,
    pub(crate) what: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
}

pub(crate) async fn reconcile(
    context: &Context,
    actor: Actor<'_>,
    app: &App,
    mode: Mode,
    cursor: Option<String>,
) -> Result<Page, Failure> {
    actor.may(AuditAction::PlatformCompare)?;
    let Some(kind) = keep::kind_of(mode) else {
        let text = Text::new(
            "只能核对 ax、axb、axe、axyb 模式的绑定",
            "bindings are compared in the modes ax, axb, axe and axyb",
        );
        return Err(crate::service::ServiceError::BadRequest(text.into()).into());
    };
    let credentials = settings::credentials(context, app);
    context.platform.hosts().admit(&credentials.base_url)?;
    let act = actor.act(AuditAction::PlatformCompare, format!("app {} {}", app.id.0, mode.name()));
    context.audit.record(act.of(app.id)).await?;
    let query = keep::open(app, kind);
    let listing = context.bindings.list(&query, &store::Page { limit: PLATFORM_COMPARED, cursor });
    let listing = listing.map_err(crate::service::ServiceError::from)?;
    let ours = listing.items;
    let mut rows = Vec::new();
    for binding in &ours {
        rows.push(match &binding.terms.platform_id {
            Some(id) => compare(context, &credentials, mode, binding, id).await?,
            None => never_bound(binding),
        });
    }
    rows.extend(strangers(context, &credentials, app, kind, mode, &ours).await?);
    Ok(Page { rows, next: listing.next })
}

async fn compare(
    context: &Context,
    credentials: &Credentials,
    mode: Mode,
    binding: &Binding,
    id: &str,
) -> Result<Row, PlatformError> {
    let (verdict, what) = match ask(context, credentials, mode, &[("subscriptionId", id)]).await {
        Ok(theirs) => {
            let one = theirs.iter().find(|bound| bound.id.as_deref().is_none_or(|found| found == id));
            match one.map(|bound| differences(binding, bound, &theirs)) {
                None => (Verdict::Missing, Vec::new()),
                Some(what) if what.is_empty() => (Verdict::Same, what),
                Some(what) => (Verdict::Different, what),
            }
        }
        Err(PlatformError::Refused { code, .. }) if is_none_there(&code) => (Verdict::Missing, Vec::new()),
        Err(PlatformError::Refused { code, description, .. }) if code == INVALID => {
            (Verdict::Failed, vec![description])
        }
        Err(error) => return Err(error),
    };
    Ok(Row { verdict, binding: Some(binding.id), platform_id: id.to_owned(), x: Some(binding.terms.x.clone()), what })
}

/// A binding the platform was never told of: it leads nowhere.
fn never_bound(binding: &Binding) -> Row {
    Row {
        verdict: Verdict::Missing,
        binding: Some(binding.id),
        platform_id: String::new(),
        x: Some(binding.terms.x.clone()),
        what: vec!["platform_id".to_owned()],
    }
}

/// Bindings of the platform on our numbers that we do not have.
async fn strangers(
    context: &Context,
    credentials: &Credentials,
    app: &App,
    kind: BindingKind,
    mode: Mode,
    ours: &[Binding],
) -> Result<Vec<Row>, Failure> {
    let field = match mode {
        Mode::Ax => "privateNum",
        Mode::Axb | Mode::Axyb => "relationNum",
        // An extension is asked for by its own digits only.
        _ => return Ok(Vec::new()),
    };
    let numbers: BTreeSet<&PhoneNumber> = ours.iter().map(|binding| &binding.terms.x).collect();
    let mut theirs: BTreeMap<String, PhoneNumber> = BTreeMap::new();
    for x in numbers {
        let found = match on_number(context, credentials, mode, (field, x.reveal())).await {
            Err(PlatformError::Refused { code, .. }) if is_none_there(&code) => continue,
            found => found?,
        };
        theirs.extend(found.into_iter().filter_map(|bound| Some((bound.id?, x.clone()))));
    }
    let mut rows = Vec::new();
    for (id, x) in theirs {
        let mut query = keep::open(app, kind);
        query.platform_id = store::Filter::any(vec![id.clone()]);
        let known = ours.iter().any(|binding| binding.terms.platform_id.as_deref() == Some(&id))
            || !context
                .bindings
                .list(&query, &store::Page { limit: 1, cursor: None })
                .map_err(crate::service::ServiceError::from)?
                .items
                .is_empty();
        if !known {
            rows.push(Row { verdict: Verdict::Unknown, binding: None, platform_id: id, x: Some(x), what: Vec::new() });
        }
    }
    Ok(rows)
}

/// All bindings of the platform on a number; only AXB has so many that they come in pages.
async fn on_number(
    context: &Context,
    credentials: &Credentials,
    mode: Mode,
    number: (&str, &str),
) -> Result<Vec<Bound>, PlatformError> {
    if mode != Mode::Axb {
        return ask(context, credentials, mode, &[number]).await;
    }
    let (mut all, size) = (Vec::new(), PLATFORM_PAGE.to_string());
    for page in 1..=PLATFORM_PAIRS.div_ceil(PLATFORM_PAGE) {
        let page = page.to_string();
        let fields = [number, ("pageIndex", page.as_str()), ("pageSize", size.as_str())];
        let found = ask(context, credentials, mode, &fields).await?;
        let is_last = found.len() < PLATFORM_PAGE;
        all.extend(found);
        if is_last {
            break;
        }
    }
    Ok(all)
}

async fn ask(
    context: &Context,
    credentials: &Credentials,
    mode: Mode,
    fields: &[(&str, &str)],
) -> Result<Vec<Bound>, PlatformError> {
    let id = format!("{}.query", mode.name());
    let operation = outbound::find(&id).expect("every mode that keeps bindings has a query");
    let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let request = Request::new(operation, &fields).map_err(PlatformError::Fields)?;
    Ok(context.platform.call(credentials, &request).await?.bindings())
}

/// Fields that both have and that differ. B and Y may stand in a row of their own.
fn differences(ours: &Binding, theirs: &Bound, all: &[Bound]) -> Vec<String> {
    let number = |text: &Option<String>| text.as_deref().and_then(PhoneNumber::parse);
    let mut what = Vec::new();
    let mut check = |name: &str, ours: Option<&PhoneNumber>, theirs: Option<PhoneNumber>| {
        if let (Some(ours), Some(theirs)) = (ours, theirs)
            && *ours != theirs
        {
            what.push(name.to_owned());
        }
    };
    let terms = &ours.terms;
    check("a", Some(&terms.a), number(&theirs.a));
    check("x", Some(&terms.x), number(&theirs.x));
    let b = theirs.b.as_ref().or_else(|| all.iter().find_map(|bound| bound.b.as_ref()));
    let is_paired = all.iter().any(|bound| number(&bound.b).as_ref() == terms.b.as_ref());
    if !is_paired {
        check("b", terms.b.as_ref(), number(&b.cloned()));
    }
    if let (Some(ours), Some(theirs)) = (&terms.extension, &theirs.extension)
        && ours.trim_start_matches('0') != theirs.trim_start_matches('0')
    {
        what.push("extension".to_owned());
    }
    what
}
