//! What can be done from the system page: a copy of everything, and the store built anew.
//!
//! Each is asked for on a page of its own (a GET, which changes nothing) that says in plain
//! words what will happen, and done by the form on it. The service is the API's; who did it
//! stands in the audit trail as for every form.

use std::path::{Path, PathBuf};

use askama::Template;
use http::StatusCode;

use crate::domain::{Lang, Role};
use crate::error_chain::Chain;
use crate::http::admin::parts::{count, size};
use crate::http::admin::reply;
use crate::http::admin::request::Request;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::journal::CopyError;
use crate::service::{
    disk,
    disk::Disk,
    system::{self, BackupMade},
};

/// What of a data directory is copied; the rest comes back by itself.
const COPIED: [&str; 6] = ["journal", "state", "bindings", "recordings", "keys", "certs"];

/// A copy, before and after it was made.
#[derive(Debug, Template)]
#[template(path = "admin/system/backup.html")]
pub(crate) struct BackupPage {
    view: View,
    dest: String,
    /// About how much is copied, and what is free where the data is.
    bytes: String,
    free: Option<String>,
    problem: Option<String>,
    made: Option<Made>,
}

#[derive(Debug)]
struct Made {
    segments: String,
    files: String,
    bytes: String,
}

#[derive(Debug, Template)]
#[template(path = "admin/system/rebuild.html")]
pub(crate) struct RebuildPage {
    view: View,
    callbacks: String,
}

/// `GET /system/backup`: what would be copied, and where to.
pub(crate) fn ask_backup(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Admin)?;
    let dest = request.param("dest").unwrap_or_default().trim().to_owned();
    let problem = (!dest.is_empty() && !Path::new(&dest).is_absolute()).then(|| relative(request.lang));
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    reply::page_with(status, &BackupPage { problem, ..BackupPage::of(request, dest) })
}

/// `POST /system/backup`
pub(crate) async fn backup(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let dest = request.field("dest").unwrap_or_default().to_owned();
    let made = match Path::new(&dest).is_absolute() {
        true => {
            let copied = system::copy(request.ctx(), request.actor(&by), PathBuf::from(&dest)).await?;
            copied.map_err(|error| problem(request.lang, &error))
        }
        false => Err(relative(request.lang)),
    };
    let page = BackupPage::of(request, dest);
    match made {
        Ok(made) => reply::page(&BackupPage { made: Some(made.into()), ..page }),
        Err(problem) => reply::page_with(StatusCode::BAD_REQUEST, &BackupPage { problem: Some(problem), ..page }),
    }
}

/// `GET /system/reindex`: what would happen.
pub(crate) fn ask_rebuild(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Admin)?;
    let callbacks = count(request.ctx().store.status().callbacks);
    reply::page(&RebuildPage { view: View::of(request, Section::System), callbacks })
}

/// `POST /system/reindex`: begins; the page does not wait for it.
pub(crate) async fn rebuild(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    system::rebuild(request.ctx(), request.actor(&by)).await?;
    Ok(reply::see_other("/system?done=reindex"))
}

impl BackupPage {
    fn of(request: &Request, dest: String) -> Self {
        let data = &request.ctx().server.data;
        let (rooms, _) = disk::rooms(data);
        let bytes = rooms.iter().filter(|room| COPIED.contains(&room.name)).map(|room| room.bytes).sum();
        let view = View::of(request, Section::System);
        Self {
            view,
            dest,
            bytes: size(bytes),
            free: Disk::of(data).map(|disk| size(disk.free)),
            problem: None,
            made: None,
        }
    }
}

impl From<BackupMade> for Made {
    fn from(made: BackupMade) -> Self {
        Self { segments: count(made.segments), files: count(made.files), bytes: size(made.bytes) }
    }
}

fn relative(lang: Lang) -> String {
    lang.t("请写服务器上的完整路径，以 / 开头。", "Enter a whole path on the server; it begins with /.").to_owned()
}

fn problem(lang: Lang, error: &CopyError) -> String {
    let known = match error {
        CopyError::NotEmpty(_) => lang.t(
            "这个目录不是空的。备份只写入新目录或空目录。",
            "This directory is not empty. A copy goes into a new or empty one.",
        ),
        CopyError::Inside(_) => lang.t(
            "这个目录在数据目录里面。请选外面的位置。",
            "This directory is inside the data directory. Choose a place outside.",
        ),
        CopyError::NoJournal(_) => lang.t("数据目录里没有日志。", "The data directory has no journal."),
        CopyError::Io { .. } => {
            let head = lang.t("没有备份完整：", "Not everything was copied: ");
            return format!("{head}{}", Chain(error));
        }
    };
    known.to_owned()
}

#[cfg(test)]
impl BackupPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        Self {
            view: View { here: "/system/backup".to_owned(), ..View::sample(lang, Section::System) },
            dest: "/srv/backup/2026-11-21".to_owned(),
            bytes: size(2_400_184_320),
            free: Some(size(38 << 30)),
            problem: None,
            made: None,
        }
    }

    pub(crate) fn sample_made(lang: Lang) -> Self {
        let made = Made { segments: "43".to_owned(), files: "3".to_owned(), bytes: size(2_400_184_320) };
        Self { made: Some(made), ..Self::sample(lang) }
    }
}

#[cfg(test)]
impl RebuildPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        let view = View { here: "/system/reindex".to_owned(), ..View::sample(lang, Section::System) };
        Self { view, callbacks: "1,284,011".to_owned() }
    }
}
