//! Changes to an app: settings, a new address, removal, a test callback.
//!
//! A test callback is one of the provider's samples with the times of now. It passes verification,
//! journal and answer like any other, and is marked as a test by a header. It does not use the network;
//! for that the page shows a command with the same mark.

use jiff::Timestamp;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::domain::{AllowFrom, AnswerForm, App, AppId, Secret, Seq, VerifyMode, Wording};
use crate::http::admin::request::{Request, link};
use crate::http::admin::{contradictions, reply};
use crate::http::{HttpError, Response};
use crate::limits;
use crate::service::{ServiceError, apps, platform};
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

/// `POST /apps/{id}/platform`
pub(crate) async fn set_platform(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = (request.principal()?, request.app(1)?);
    // An empty box removes the value; a password's box keeps it.
    let text =
        |name: &str| request.form.iter().any(|(known, _)| known == name).then(|| request.raw_field(name).to_owned());
    let auth_token = match contradictions::secret(request, "auth_token", "forget_token") {
        Ok(auth_token) => auth_token.map(|token| token.unwrap_or_else(|| Secret::new(""))),
        Err(problem) => {
            return crate::http::admin::apps::page::refused(request, &app, problem.get(request.lang).to_owned());
        }
    };
    let change = platform::Change {
        base_url: text("base_url"),
        scheme: text("scheme"),
        account_sid: text("account_sid"),
        auth_token,
    };
    match platform::set(request.ctx(), request.actor(&by), &app, change).await {
        Ok(_) => Ok(reply::see_other(&link(&format!("/apps/{}", app.id.0), &[("done", "changed")]))),
        Err(ServiceError::BadRequest(problem)) => {
            crate::http::admin::apps::page::refused(request, &app, problem.get(request.lang).to_owned())
        }
        Err(error) => Err(error.into()),
    }
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

/// Waits until the test received at `at` is projected, to link to it; it is kept in any case.
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

/// A field that the form lacks stays as it is.
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
