//! `/settings`: what can be changed while the server runs. The configuration file is shown, not changed.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ask::Ask;
use super::{HttpError, Response, ok, retention};
use crate::retention::Policy;
use crate::service::{Context, people, query::bad};
use crate::state::Demand;

/// What is set, and what the configuration says.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Settings {
    /// What is kept for how long.
    retention: Policy,
    /// Who may in, and how.
    access: Access,
    /// What the configuration file says: changed there.
    configuration: Configuration,
}

/// Who may in, and how.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Access {
    /// Who must have a second factor: `none`, `admin`, `operator` (and administrators) or `all`.
    second_factor: &'static str,
}

/// What the configuration file says.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Configuration {
    /// The address the platforms use.
    public_url: Option<String>,
    /// Where HTTPS is listened on.
    listen: String,
    /// Where callbacks are taken without TLS.
    plain_listen: Option<String>,
    /// The data directory.
    data: String,
}

/// Changes; what is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsChange {
    /// Fields of the retention policy; null is for ever.
    #[serde(default)]
    retention: serde_json::Map<String, Value>,
    /// Who may in, and how.
    #[serde(default)]
    access: AccessChange,
}

/// Changes to who may in.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessChange {
    /// Who must have a second factor: `none`, `admin`, `operator` (and administrators) or `all`.
    #[serde(default)]
    second_factor: Option<String>,
}

pub(super) async fn show(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    let server = &context.server;
    ok(&Settings {
        retention: context.retention.policy(),
        access: Access { second_factor: context.state.required_second_factor().name() },
        configuration: Configuration {
            public_url: server.public_url.clone(),
            listen: server.listen.to_string(),
            plain_listen: server.plain_listen.map(|address| address.to_string()),
            data: server.data.display().to_string(),
        },
    })
}

pub(super) async fn change(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let change: SettingsChange = ask.json()?;
    let demand = change.access.second_factor.as_deref().map(|name| {
        Demand::parse(name).ok_or_else(|| bad("access.second_factor", name, "one of none, admin, operator, all"))
    });
    let demand = demand.transpose()?;
    if !change.retention.is_empty() {
        retention::set(context, ask, change.retention).await?;
    }
    if let Some(demand) = demand {
        people::set_required_second_factor(context, ask.actor(), demand).await?;
    }
    show(context, ask).await
}
