//! Asking an app's platform for something, as the pages, the API and the command line do it.
//!
//! In this order: checked, put on record, asked, the outcome put on record, our binding kept
//! beside theirs. What may have been done at a platform is on record before it can have been; the
//! outcome follows, whatever it is. Numbers stand in the personal part of an entry only, secrets
//! nowhere.

mod keep;
mod reconcile;
mod settings;

use serde_json::Value;

use crate::audit::AuditAction;
use crate::domain::{App, BindingId};
use crate::platforms::outbound::{Answer, Effect, Operation, PlatformError, Request, of_provider};
use crate::service::{Actor, Context, ServiceError};

pub(crate) use self::reconcile::{Page, Row, Verdict, reconcile};
pub(crate) use self::settings::{Change, forget, has_token, of, set};

#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) answer: Answer,
    pub(crate) kept: Vec<BindingId>,
    /// Why our binding did not follow.
    pub(crate) not_kept: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Platform(#[from] PlatformError),
    #[error(transparent)]
    Ours(#[from] ServiceError),
}

impl From<crate::journal::AppendError> for Failure {
    fn from(error: crate::journal::AppendError) -> Self {
        Self::Ours(error.into())
    }
}

impl From<Failure> for ServiceError {
    fn from(failure: Failure) -> Self {
        let error = match failure {
            Failure::Platform(error) => error,
            Failure::Ours(error) => return error,
        };
        let advice = error.advice().en;
        match &error {
            PlatformError::Off | PlatformError::Missing(_) => Self::Conflict(format!("{error}. {advice}").into()),
            PlatformError::Base | PlatformError::Host(_) | PlatformError::Unsendable => {
                Self::BadRequest(format!("{error}. {advice}").into())
            }
            PlatformError::Fields(_) => Self::BadRequest(error.to_string().into()),
            PlatformError::Refused { known, .. } => {
                let meaning = known.map_or(String::new(), |known| format!(" ({})", known.text.en));
                Self::Platform { code: "platform_refused", message: format!("{error}{meaning}. {advice}") }
            }
            PlatformError::Outgoing(cause) => {
                let message = format!("{}. {advice}", crate::error_chain::Chain(cause));
                Self::Platform { code: "platform_unreachable", message }
            }
            PlatformError::NotAnAnswer { .. } => {
                Self::Platform { code: "platform_unreachable", message: format!("{error}. {advice}") }
            }
        }
    }
}

pub(crate) fn operation(app: &App, id: &str) -> Result<&'static Operation, ServiceError> {
    let found = of_provider(app.provider.0).find(|operation| operation.id == id);
    found.ok_or_else(|| {
        let known: Vec<&str> = of_provider(app.provider.0).map(|operation| operation.id).collect();
        ServiceError::BadRequest(
            format!("{id:?} is no operation of {}; there are: {}", app.provider, known.join(", ")).into(),
        )
    })
}

pub(crate) async fn call(
    context: &Context,
    actor: Actor<'_>,
    app: &App,
    operation: &'static Operation,
    fields: &[(String, String)],
) -> Result<Done, Failure> {
    let request = Request::new(operation, fields).map_err(PlatformError::Fields)?;
    let credentials = settings::credentials(context, app);
    // Nothing is on record that could not even be tried.
    context.platform.hosts().admit(&credentials.base_url)?;
    let subject = |outcome: &str| format!("app {} {}{outcome}", app.id.0, operation.id);
    let act = actor.act(AuditAction::PlatformCall, subject("")).of(app.id);
    let said = request.values().map(|(field, value)| (field.name.to_owned(), Value::from(value)));
    let by = actor.author(context, act.with("said", said.collect::<serde_json::Map<_, _>>()))?;
    by.on_record().await.map_err(ServiceError::from)?;

    let answered = context.platform.call(&credentials, &request).await;
    let outcome = match &answered {
        Ok(answer) => answer.code.as_str(),
        Err(error) => error.outcome(),
    };
    let mut act = actor.act(AuditAction::PlatformOutcome, subject(&format!(": {outcome}"))).of(app.id);
    if let Some(id) = answered.as_ref().ok().and_then(|answer| answer.fields.get("subscriptionId")) {
        act = act.with("subscription", id.clone());
    }
    context.audit.record(act).await?;

    let answer = answered?;
    let (kept, not_kept) = match operation.effect {
        Effect::Reads | Effect::EndsCall => (Vec::new(), None),
        Effect::Binds | Effect::Changes | Effect::Unbinds => {
            match keep::follow(context, &by, app, &request, &answer).await {
                Ok(kept) => (kept, None),
                Err(error) => (Vec::new(), Some(crate::error_chain::Chain(&error).to_string())),
            }
        }
    };
    Ok(Done { answer, kept, not_kept })
}

pub(crate) fn fields(object: serde_json::Map<String, Value>) -> Result<Vec<(String, String)>, ServiceError> {
    let text = |(name, value): (String, Value)| match value {
        Value::String(text) => Ok((name, text)),
        Value::Number(number) => Ok((name, number.to_string())),
        Value::Bool(yes) => Ok((name, yes.to_string())),
        Value::Null => Ok((name, String::new())),
        Value::Array(_) | Value::Object(_) => Err(ServiceError::BadRequest(
            format!("{name} is a text or a number; fields of an object stand beside it").into(),
        )),
    };
    object.into_iter().map(text).collect()
}
