//! What can be done to an app: change it, give it a new address, remove it, test it.
//!
//! Each goes through the same service as the command line does. A test callback is one of the
//! provider's own samples; it goes the way of every callback, from verification to the journal
//! to the answer, and is marked by the address's tail `/test`. It does not go through the
//! network: the page gives a command for that.

use super::reply;
use super::request::{Request, link};
use crate::domain::{AllowFrom, AnswerForm, App, Callback, Role, Secret, VerifyMode};
use crate::http::{HttpError, Response};
use crate::providers;
use crate::state::{AppChange, StateError};

/// `POST /apps/{id}`
pub(super) async fn change(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = request.require_for_app(Role::Admin, 1)?;
    let change = match read_change(request, &app) {
        Ok(change) => change,
        Err(problem) => return super::app::refused(request, &app, problem),
    };
    match request.ctx().state.change_app(&request.author(&by), app.id, change).await {
        Ok(_) => Ok(back(&app, "changed")),
        Err(error @ (StateError::Exists(_) | StateError::Invalid(_))) => {
            super::app::refused(request, &app, error.wording().get(request.lang).to_owned())
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /apps/{id}/rotate`
pub(super) async fn rotate(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = request.require_for_app(Role::Admin, 1)?;
    confirm(request, &app)?;
    request.ctx().state.rotate_app(&request.author(&by), app.id, None).await?;
    Ok(back(&app, "rotated"))
}

/// `POST /apps/{id}/remove`
pub(super) async fn remove(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = request.require_for_app(Role::Admin, 1)?;
    confirm(request, &app)?;
    let author = request.author(&by);
    crate::http::platform::forget(request.ctx(), &author, app.id).await?;
    request.ctx().state.remove_app(&author, app.id).await?;
    Ok(reply::see_other("/apps?done=removed"))
}

/// `POST /apps/{id}/test`
pub(super) async fn test(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = request.require_for_app(Role::Operator, 1)?;
    let samples = providers::by_id(app.provider).map(providers::Provider::samples).unwrap_or_default();
    let sample = samples.iter().find(|s| Some(s.name) == request.field("sample")).ok_or(HttpError::NotFound)?;
    let callback = Callback {
        app: app.id,
        provider: app.provider,
        received_at: request.now(),
        peer: request.peer,
        tail: "/test".to_owned(),
        target: format!("/callbacks/{}/test", app.token.reveal()),
        headers: vec![("content-type".to_owned(), sample.content_type.to_owned())],
        body: sample.body.as_bytes().to_vec(),
    };
    request.author(&by).on_record().await?;
    let ack = request.ctx().ingest.receive(app.clone(), callback).await?;
    let status = ack.status.to_string();
    Ok(reply::see_other(&link(&page(&app), &[("tested", sample.name), ("status", &status)])))
}

/// What cannot be taken back asks for the app's name.
fn confirm(request: &Request, app: &App) -> Result<(), HttpError> {
    if request.field("confirm") == Some(app.name.as_str()) {
        return Ok(());
    }
    let problem = request.lang.t("请输入应用的名称来确认。", "Enter the app's name to confirm.");
    Err(HttpError::BadRequest(problem.into()))
}

/// The form as a change; a field that the form does not have stays as it is.
fn read_change(request: &Request, app: &App) -> Result<AppChange, String> {
    let lang = request.lang;
    let text = |name| request.field(name).map(str::to_owned);
    let verify = match request.field("verify") {
        None => None,
        Some(name) => Some(VerifyMode::parse(name).ok_or_else(|| name.to_owned())?),
    };
    let networks = request.field("allow_from").unwrap_or_default();
    let mut allow_from = Vec::new();
    for text in networks.split([',', ' ', '\r', '\n']).filter(|t| !t.is_empty()) {
        let network = text.parse().or_else(|_| text.parse::<std::net::IpAddr>().map(ipnet::IpNet::from));
        allow_from.push(network.map_err(|_| format!("{} {text}", lang.t("不是网段：", "not a network:")))?);
    }
    let app_secret = match (request.field("app_secret"), request.field("forget_secret")) {
        (_, Some(_)) => Some(None),
        (Some(secret), None) => Some(Some(Secret::new(secret))),
        (None, None) => None,
    };
    Ok(AppChange {
        name: text("name").filter(|name| *name != app.name),
        app_key: Some(text("app_key")),
        app_secret,
        verify,
        allow_from: Some(AllowFrom(allow_from)),
        answer_form: request.field("answer_form").and_then(AnswerForm::parse),
        close_tone: Some(text("close_tone")),
    })
}

fn back(app: &App, done: &str) -> Response {
    reply::see_other(&link(&page(app), &[("done", done)]))
}

fn page(app: &App) -> String {
    format!("/apps/{}", app.id.0)
}
