//! Who does something, and how it goes on record.

use std::net::IpAddr;

use crate::audit::{Act, AuditAction};
use crate::domain::App;
use crate::service::{Context, ServiceError};
use crate::state::{Author, Principal};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Actor<'a> {
    pub(crate) by: &'a Principal,
    /// From where, if over a network.
    pub(crate) peer: Option<IpAddr>,
    /// The names of the fields that were sent. Never their values: some are passwords.
    pub(crate) fields: &'a [String],
}

impl Actor<'_> {
    pub(crate) fn act(&self, action: AuditAction, subject: impl Into<String>) -> Act {
        Act::new(self.by, action, subject).from(self.peer)
    }

    /// An act whose entry names the fields that were sent.
    pub(crate) fn change(&self, action: AuditAction, subject: impl Into<String>) -> Act {
        let act = self.act(action, subject);
        if self.fields.is_empty() { act } else { act.with("fields", self.fields) }
    }

    pub(crate) fn change_app(&self, action: AuditAction, app: &App) -> Act {
        self.change(action, format!("app {}", app.id.0)).of(app.id)
    }

    /// The actor with the audit entry, which is written before the change; refused to whoever may not
    /// do this.
    pub(crate) fn author(&self, context: &Context, act: Act) -> Result<Author, ServiceError> {
        self.may(act.action)?;
        Ok(context.audit.author(self.by, act))
    }

    pub(crate) fn may(&self, action: AuditAction) -> Result<(), ServiceError> {
        match action.rights().refusal(self.by.role, &self.by.scope) {
            Some(why) => Err(ServiceError::Forbidden(why)),
            None => Ok(()),
        }
    }
}
