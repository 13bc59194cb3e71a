//! Apps: finding one in sight, adding, changing and removing it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use jiff::Timestamp;

use crate::audit::AuditAction;
use crate::domain::{Ack, App, AppId, Callback, Secret, TEST_HEADER};
use crate::limits;
use crate::platforms::{self, Sample};
use crate::service::{Actor, Context, ServiceError, platform};
use crate::state::{AppChange, NewApp, Principal, StateError};

/// By name, then by id: a name may consist of digits. An app out of sight is not found.
pub(crate) fn find(context: &Context, by: &Principal, app: &str) -> Result<Arc<App>, ServiceError> {
    let seen = |found: &Arc<App>| by.scope.allows(found.id);
    let by_id = || context.state.app(AppId(app.parse().ok()?)).filter(seen);
    context.state.app_named(app).filter(seen).or_else(by_id).ok_or(ServiceError::NotFound)
}

/// The id is one that no app ever had. While only the journal knows those ids, this waits for it, for a
/// short time.
pub(crate) async fn add(context: &Context, actor: Actor<'_>, new: NewApp) -> Result<Arc<App>, ServiceError> {
    // Which id it has is known once it is made.
    let by = actor.author(context, actor.change(AuditAction::AppAdd, "apps"))?;
    let began = std::time::Instant::now();
    while !context.state.knows_app_ids() && context.store.status().rebuilding.is_some() {
        if began.elapsed() > limits::APP_IDS_TIME {
            return Err(StateError::Rebuilding.into());
        }
        tokio::time::sleep(limits::APP_IDS_LOOK).await;
    }
    if let Some(known) = context.store.highest_app() {
        context.state.note_app_id(known);
    }
    Ok(context.state.add_app(&by, new).await?)
}

pub(crate) async fn change(
    context: &Context,
    actor: Actor<'_>,
    app: &App,
    change: AppChange,
) -> Result<Arc<App>, ServiceError> {
    let by = actor.author(context, actor.change_app(AuditAction::AppChange, app))?;
    Ok(context.state.change_app(&by, app.id, change).await?)
}

/// `None`: a random token.
pub(crate) async fn rotate(
    context: &Context,
    actor: Actor<'_>,
    app: &App,
    token: Option<Secret>,
) -> Result<Arc<App>, ServiceError> {
    let by = actor.author(context, actor.change_app(AuditAction::AppRotate, app))?;
    Ok(context.state.rotate_app(&by, app.id, token).await?)
}

/// The secrets of its platform go with it; its calls stay.
pub(crate) async fn remove(context: &Context, actor: Actor<'_>, app: &App) -> Result<(), ServiceError> {
    let by = actor.author(context, actor.change_app(AuditAction::AppRemove, app))?;
    platform::forget(context, &by, app.id).await?;
    Ok(context.state.remove_app(&by, app.id).await?)
}

/// One of the provider's own samples, as if it happened now, marked as a test by a header. It goes the
/// way of every callback, from verification to the journal to the answer, but not through the network.
pub(crate) async fn test(
    context: &Context,
    actor: Actor<'_>,
    app: &Arc<App>,
    sample: &str,
) -> Result<(Ack, &'static Sample, Timestamp), ServiceError> {
    let provider = platforms::by_id(app.provider).ok_or(ServiceError::NotFound)?;
    let sample = provider.samples().iter().find(|known| known.name == sample).ok_or(ServiceError::NotFound)?;
    let received_at = context.clock.now();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let callback = Callback {
        app: app.id,
        provider: app.provider,
        received_at,
        peer: actor.peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        tail: "/test".to_owned(),
        target: format!("/callbacks/{}/test", app.token.reveal()),
        hosts: Vec::new(),
        headers: vec![header("content-type", sample.content_type), header(TEST_HEADER, "1")],
        body: platforms::fresh(provider, sample, app.app_key.as_deref(), received_at).into_bytes(),
    };
    let by = actor.author(context, actor.change_app(AuditAction::AppTest, app))?;
    by.on_record().await?;
    Ok((context.ingest.receive(app.clone(), callback).await?, sample, received_at))
}
