//! The API in this process, for when no server runs: the directory is locked and opened, and
//! the same routes are called in memory. Nothing listens, and nothing is fetched but what
//! `ringback platform` asks for.

use std::io::{IsTerminal, Write, stderr};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use arc_swap::ArcSwap;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use super::reply::{Reply, Sent, pour, reply};
use crate::clock::Clock;
use crate::control::{Answers, Control};
use crate::http::{Routes, api};
use crate::platforms::outbound::{Hosts, Platform};
use crate::run::{Data, Opening, Surroundings};
use crate::service::{CertificateInfo, Context, Misdirected, ServerInfo};
use crate::state::Principal;

/// How often it is looked whether the store has caught up.
pub(super) const LOOK: Duration = Duration::from_millis(20);
/// How long that may take before it is said.
pub(super) const SILENT: Duration = Duration::from_secs(2);

/// An installation opened in this process.
pub(super) struct Here {
    routes: Routes,
    context: Arc<Context>,
    data: Data,
}

impl std::fmt::Debug for Here {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Here").field("context", &self.context).finish_non_exhaustive()
    }
}

impl Here {
    /// Opens the installation in `data`, and makes it when there is none.
    pub(super) async fn open(data: &Path) -> Result<Self> {
        let owned = data.to_owned();
        tokio::task::spawn_blocking(move || Self::open_at(&owned, &Clock::system())).await?
    }

    /// Opens it by this clock; waits for the disk meanwhile.
    pub(super) fn open_at(data: &Path, clock: &Clock) -> Result<Self> {
        let opened = Data::open(data, Opening::COMMAND, clock)?;
        // No configuration was read: the documented hosts, and the public roots.
        let surroundings = Surroundings {
            answers: Answers::default(),
            control: Control::new(opened.state.clone(), opened.bindings.clone(), clock.clone(), None)?,
            platform: Platform::new(Hosts::default(), None, clock.clone())?,
            oidc: None,
            server: ServerInfo {
                public_url: opened.state.address(),
                listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8443)),
                plain_listen: None,
                data: data.to_owned(),
                started_at: clock.now(),
                certificate: ArcSwap::from_pointee(CertificateInfo::default()),
                gauges: Arc::default(),
                misdirected: Misdirected::default(),
                log: Arc::default(),
            },
        };
        let context = opened.context(clock, surroundings);
        let routes = api::routes_as(context.clone(), Principal::command_line());
        Ok(Self { routes, context, data: opened })
    }

    pub(super) async fn ask<B: Sent>(&self, request: Request<B>) -> Result<Reply> {
        reply(crate::http::ask(self.routes.clone(), request).await).await
    }

    pub(super) async fn download(&self, request: Request<Full<Bytes>>, out: &mut (dyn Write + Send)) -> Result<()> {
        pour(crate::http::ask(self.routes.clone(), request).await, out).await
    }

    pub(super) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// What it answers, for a test that serves it.
    #[cfg(test)]
    pub(super) fn routes(&self) -> Routes {
        self.routes.clone()
    }

    /// Waits until the store knows every record; says how far it is when that takes long.
    pub(super) async fn catch_up(&self) -> Result<()> {
        let began = std::time::Instant::now();
        let mut said = None;
        while !self.has_caught_up()? {
            tokio::time::sleep(LOOK).await;
            let progress = self.context.store.status().rebuilding.unwrap_or(0.0);
            let percent = (progress * 100.0) as u32;
            if began.elapsed() > SILENT && said != Some(percent) && stderr().is_terminal() {
                write!(stderr(), "\rreading the journal: {percent} %")?;
                said = Some(percent);
            }
        }
        if said.is_some() {
            writeln!(stderr())?;
        }
        Ok(())
    }

    fn has_caught_up(&self) -> Result<bool> {
        let status = self.context.store.status();
        if status.rebuilding.is_some() {
            return Ok(false);
        }
        if status.applied >= *self.context.journal.durable().borrow() {
            return Ok(true);
        }
        // Damaged records at the end are never applied.
        Ok(self.context.journal.read(status.applied + 1, 1)?.is_empty())
    }

    /// Stops the projector, closes the files, gives the lock back.
    pub(super) async fn close(self) -> Result<()> {
        tokio::task::spawn_blocking(move || {
            let Self { routes, context, data } = self;
            drop((routes, context));
            data.close();
        })
        .await?;
        Ok(())
    }
}
