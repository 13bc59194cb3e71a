//! 号码 Numbers: each privacy number, what it can do, and since when.
//!
//! Numbers come from calls and from the platform's notices. The last notice counts; earlier ones are the
//! history, each with its callback.

use askama::Template;

use crate::domain::{AppId, CauseCode, Lang, ProviderId, Seq, Text};
use crate::http::admin::bindings::list_page::findable;
use crate::http::admin::parts::list_form::{Form, Maker};
use crate::http::admin::parts::list_frame;
use crate::http::admin::parts::list_frame::{Around, Found};
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, Phone, When};
use crate::http::admin::request::{Pairs, Request, link};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::platforms;
#[cfg(test)]
use crate::service::lists::ListKind;
use crate::store::{Listing, NumberQuery, NumberRow};

#[derive(Debug, Template)]
#[template(path = "admin/apps/numbers.html")]
pub(crate) struct NumbersPage {
    view: View,
    found: Found,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    number: Phone,
    app: String,
    badge: Option<Badge>,
    cause: Option<Cause>,
    since: Option<When>,
    history: Vec<Past>,
    calls: Option<String>,
    bindings: Option<String>,
}

#[derive(Debug)]
struct Cause {
    code: String,
    /// The platform's meaning of the code; empty if unlisted.
    meaning: &'static str,
}

impl Cause {
    fn of(lang: Lang, code: &str, provider: Option<ProviderId>) -> Self {
        let known = CauseCode { table: "cause".into(), code: code.to_owned() };
        let doc = provider.and_then(|provider| platforms::explain(provider, &known));
        Self { code: code.to_owned(), meaning: doc.map_or("", |doc| doc.text.get(lang)) }
    }
}

#[derive(Debug)]
struct Past {
    at: When,
    badge: Badge,
    cause: Option<Cause>,
    callback: Seq,
}

/// `GET /numbers`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    list_frame::show::<NumberQuery, _>(request, "/numbers", |_, listing, around| {
        let (view, app) = (View::of(request, Section::Numbers), |id| request.app_name(id));
        let provider = |id| request.ctx().state.app(id).map(|app| app.provider);
        Ok(NumbersPage::new(view, &request.query, &listing, around, &app, &provider))
    })
}

impl NumbersPage {
    fn new(
        view: View,
        pairs: &Pairs,
        listing: &Listing<NumberRow>,
        around: Around,
        name: &dyn Fn(AppId) -> String,
        provider: &dyn Fn(AppId) -> Option<ProviderId>,
    ) -> Self {
        let make = Maker { lang: view.lang, pairs };
        let form = Form::of::<NumberQuery>(make, "/numbers", Text::new("查找号码", "Find numbers"), &around.apps);
        let rows = listing.items.iter().map(|row| Row::of(&view, row, name(row.app), provider(row.app))).collect();
        Self { found: Found::new(&view, pairs, form, listing.next.as_ref(), around), rows, view }
    }
}

impl Row {
    fn of(view: &View, row: &NumberRow, app: String, provider: Option<ProviderId>) -> Self {
        let cause = |code: Option<&String>| code.map(|code| Cause::of(view.lang, code, provider));
        let past = |(at, state, code, callback): &(_, _, Option<String>, Seq)| Past {
            at: When::full(*at),
            badge: words::number_badge(view.lang, state),
            cause: cause(code.as_ref()),
            callback: *callback,
        };
        Self {
            number: Phone::new(&row.number, view.masking()),
            app,
            badge: row.state.as_ref().map(|s| words::number_badge(view.lang, s)),
            cause: cause(row.cause.as_ref()),
            since: row.since.map(When::full),
            history: row.history.iter().map(past).collect(),
            bindings: findable(&row.number, view.masking()).map(|x| link("/bindings", &[("x", x)])),
            calls: view.may_read_bodies().then(|| link("/calls", &[("x", row.number.national())])),
        }
    }
}

#[cfg(test)]
impl NumbersPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/numbers".to_owned(), ..View::sample(lang, Section::Numbers) };
        let listing = Listing { items: samples::numbers(), next: Some("c0ffee".to_owned()) };
        let (around, provider) = (Around::sample(ListKind::Numbers, 4_321), |_| Some(ProviderId("huawei-private")));
        Self::new(view, &Pairs::new(), &listing, around, &samples::app_name, &provider)
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        let view = View { here: "/numbers".to_owned(), ..View::sample(lang, Section::Numbers) };
        let none = Listing { items: Vec::new(), next: None };
        Self::new(view, &Pairs::new(), &none, Around::sample(ListKind::Numbers, 0), &samples::app_name, &|_| None)
    }
}
