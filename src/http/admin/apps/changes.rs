//! What can be done to an app: change it, give it a new address, remove it, test it.
//!
//! Each goes through the same service as the command line does. A test callback is one of the
//! provider's own samples, as if it happened now; it goes the way of every callback, from
//! verification to the journal to the answer, and is marked as a test by a header. It does not go
//! through the network: the page gives a command for that, with the same mark.

use jiff::Timestamp;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::domain::{AllowFrom, AnswerForm, App, AppId, Seq, VerifyMode, Wording};
use crate::http::admin::request::{Request, link};
use crate::http::admin::{contradictions, reply};
use crate::http::{HttpError, Response};
use crate::limits;
use crate::service::{ServiceError, apps};
use crate::state::AppChange;
use crate::store::{CallbackQuery, Change, Filter, Page};

/// `POST /apps/{id}`
pub(crate) async fn change(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = (request.principal()?, request.app(1)?);
    let change = match read_change(request, &app) {
        Ok(change) => change,
        Err(problem) => {
            return crate::http::admin::apps::page::refused(request, &app, problem.get(request.lang).to_owned());
        }
    };
    match apps::change(request.ctx(), request.actor(&by), &app, change).await {
        Ok(_) => Ok(back(&app, "changed")),
        Err(ServiceError::BadRequest(problem) | ServiceError::Conflict(problem)) => {
            crate::http::admin::apps::page::refused(request, &app, problem.get(request.lang).to_owned())
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /apps/{id}/rotate`
pub(crate) async fn rotate(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = (request.principal()?, request.app(1)?);
    confirm(request, &app)?;
    apps::rotate(request.ctx(), request.actor(&by), &app, None).await?;
    Ok(back(&app, "rotated"))
}

/// `POST /apps/{id}/remove`
pub(crate) async fn remove(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = (request.principal()?, request.app(1)?);
    confirm(request, &app)?;
    apps::remove(request.ctx(), request.actor(&by), &app).await?;
    Ok(reply::see_other("/apps?done=removed"))
}

/// `POST /apps/{id}/test`
pub(crate) async fn test(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = (request.principal()?, request.app(1)?);
    let changes = request.ctx().store.changes();
    let sample = request.field("sample").unwrap_or_default();
    let (ack, sample, received_at) = apps::test(request.ctx(), request.actor(&by), &app, sample).await?;
    let seq = tokio::time::timeout(limits::TEST_SHOWN_WITHIN, projected(request, changes, app.id, received_at)).await;
    let seq = seq.ok().flatten().map(|seq| seq.to_string()).unwrap_or_default();
    let tested = [("tested", sample.name), ("status", &ack.status.to_string()), ("callback", &seq)];
    Ok(reply::see_other(&format!("{}#test", link(&page(&app), &tested))))
}

/// Waits until the test that was received at `at` is known, so that the page can lead to it; it is
/// kept all the same where that takes too long.
async fn projected(request: &Request, mut changes: Receiver<Change>, app: AppId, at: Timestamp) -> Option<Seq> {
    let store = &request.ctx().store;
    let newest = || {
        let query = CallbackQuery { test: Some(true), app: Filter::any(vec![app]), ..CallbackQuery::default() };
        let newest = store.callbacks(&query, &Page { limit: 1, cursor: None }).ok()?.items.into_iter().next();
        newest.filter(|row| row.received_at == at).map(|row| row.seq)
    };
    loop {
        if let Some(seq) = newest() {
            return Some(seq);
        }
        if matches!(changes.recv().await, Err(RecvError::Closed)) {
            return None;
        }
    }
}

fn confirm(request: &Request, app: &App) -> Result<(), HttpError> {
    if request.field("confirm") == Some(app.name.as_str()) {
        return Ok(());
    }
    let problem = request.lang.t("请输入应用的名称来确认。", "Enter the app's name to confirm.");
    Err(HttpError::BadRequest(problem.into()))
}

/// The form as a change; a field that the form does not have stays as it is.
fn read_change(request: &Request, app: &App) -> Result<AppChange, Wording> {
    let text = |name| request.field(name).map(str::to_owned);
    let verify = contradictions::choice(request, "verify", VerifyMode::parse)?;
    let answer_form = contradictions::choice(request, "answer_form", AnswerForm::parse)?;
    let networks = request.field("allow_from").unwrap_or_default();
    let mut allow_from = Vec::new();
    for text in networks.split([',', ' ', '\r', '\n']).filter(|t| !t.is_empty()) {
        let network = text.parse().or_else(|_| text.parse::<std::net::IpAddr>().map(ipnet::IpNet::from));
        allow_from.push(network.map_err(|_| no_network(text))?);
    }
    let app_secret = contradictions::secret(request, "app_secret", "forget_secret")?;
    Ok(AppChange {
        name: text("name").filter(|name| *name != app.name),
        app_key: Some(text("app_key")),
        app_secret,
        verify,
        allow_from: Some(AllowFrom(allow_from)),
        answer_form,
        close_tone: Some(text("close_tone")),
    })
}

fn no_network(text: &str) -> Wording {
    Wording::new(format!("不是网段：{text}"), format!("not a network: {text}"))
}

fn back(app: &App, done: &str) -> Response {
    reply::see_other(&link(&page(app), &[("done", done)]))
}

fn page(app: &App) -> String {
    format!("/apps/{}", app.id.0)
}
