//! 运行日志 Log: the last lines of the program's own log, for whoever has no shell on the server.
//!
//! Newest first, by level, a page at a time. The lines are in memory and few: after a restart
//! there are none. They hold no secret, and long runs of digits were masked before they were
//! kept; still they concern the whole installation, so they are for its administrators only.

use askama::Template;
use tracing::Level;

use crate::domain::{Lang, Role, Wording};
use crate::http::admin::parts::{Badge, Tone, When};
use crate::http::admin::reply;
use crate::http::admin::request::{Request, link};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::limits::{LOG_PAGE_LINES, LOG_TAIL_LINES};
use crate::service::{LEVELS, LogLine};

const PATH: &str = "/system/log";

#[derive(Debug, Template)]
#[template(path = "admin/system/log.html")]
pub(crate) struct LogPage {
    view: View,
    levels: Vec<Choice>,
    lines: Vec<Row>,
    kept: usize,
    /// How many never came to standard error.
    dropped: usize,
    first: Option<String>,
    next: Option<String>,
}

#[derive(Debug)]
struct Choice {
    href: String,
    label: &'static str,
    current: bool,
}

#[derive(Debug)]
struct Row {
    at: When,
    badge: Badge,
    target: String,
    text: String,
}

/// `GET /system/log`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Admin)?;
    let level = request.param("level").filter(|name| !name.is_empty());
    let Some(&(name, least)) = LEVELS.iter().find(|(name, _)| level.unwrap_or("trace") == *name) else {
        return Err(HttpError::BadRequest(Wording::new(
            "级别应为 error、warn、info、debug 或 trace",
            "level is error, warn, info, debug or trace",
        )));
    };
    let before = match request.param("cursor").map(str::parse) {
        None => None,
        Some(Ok(before)) => Some(before),
        Some(Err(_)) => {
            return Err(HttpError::BadRequest(Wording::new("cursor 应为行号", "the cursor is the number of a line")));
        }
    };
    let log = &request.ctx().server.log;
    let lines = log.last(least, LOG_PAGE_LINES + 1, before);
    let page = LogPage::new(View::of(request, Section::System), name, before, lines);
    reply::page(&LogPage { dropped: log.dropped(), ..page })
}

impl LogPage {
    /// The lines are one more than are shown where there are more.
    fn new(view: View, level: &str, before: Option<u64>, mut lines: Vec<LogLine>) -> Self {
        let lang = view.lang;
        let more = lines.len() > LOG_PAGE_LINES;
        lines.truncate(LOG_PAGE_LINES);
        let address = |level: &str, cursor: Option<String>| {
            let level = (level != "trace").then(|| ("level", level.to_owned()));
            let pairs: Vec<_> = level.into_iter().chain(cursor.map(|cursor| ("cursor", cursor))).collect();
            link(PATH, &pairs)
        };
        let choice = |(name, _): &(&'static str, Level)| Choice {
            href: address(name, None),
            label: at_least(lang, name),
            current: *name == level,
        };
        let last = lines.last().filter(|_| more).map(|line| line.number.to_string());
        Self {
            levels: LEVELS.iter().rev().filter(|(name, _)| *name != "debug").map(choice).collect(),
            first: before.map(|_| address(level, None)),
            next: last.map(|last| address(level, Some(last))),
            lines: lines.into_iter().map(|line| Row::of(lang, line)).collect(),
            kept: LOG_TAIL_LINES,
            dropped: 0,
            view,
        }
    }
}

fn at_least(lang: Lang, name: &str) -> &'static str {
    match name {
        "error" => lang.t("只看错误", "Errors only"),
        "warn" => lang.t("警告和错误", "Warnings and errors"),
        "info" => lang.t("不含调试", "Without debugging"),
        _ => lang.t("全部", "All"),
    }
}

impl Row {
    fn of(lang: Lang, line: LogLine) -> Self {
        let (tone, word) = match line.level {
            Level::ERROR => (Tone::Bad, lang.t("错误", "error")),
            Level::WARN => (Tone::Warn, lang.t("警告", "warning")),
            Level::INFO => (Tone::Good, lang.t("信息", "info")),
            _ => (Tone::Quiet, lang.t("调试", "debug")),
        };
        let target = line.target.strip_prefix("ringback::").unwrap_or(&line.target).to_owned();
        Self { at: When::short(line.at), badge: Badge::new(tone, word), target, text: line.text }
    }
}

#[cfg(test)]
impl LogPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples::now;
        let view = View { here: PATH.to_owned(), ..View::sample(lang, Section::System) };
        let log = crate::service::LogTail::default();
        let lines = [
            (Level::INFO, "ringback::run", "listening address=0.0.0.0:8443 data=/var/lib/ringback"),
            (
                Level::WARN,
                "ringback::journal::reserve",
                "no room for the reserve against a full disk size_bytes=67108864",
            ),
            (
                Level::ERROR,
                "ringback::run",
                "the certificate in use stays in use error=reading /etc/ringback/fullchain.pem: No such file or directory (os error 2)",
            ),
            (Level::DEBUG, "ringback::http::connection", "a handshake failed error=received fatal alert: UnknownCA"),
        ];
        for (n, (level, target, text)) in lines.into_iter().cycle().take(LOG_PAGE_LINES + 4).enumerate() {
            let ago = jiff::SignedDuration::from_secs(7 * (LOG_PAGE_LINES as i64 - n as i64));
            log.push(now() - ago, level, target, text);
        }
        let lines = log.last(Level::TRACE, LOG_PAGE_LINES + 1, None);
        Self { dropped: 12, ..Self::new(view, "trace", None, lines) }
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        let view = View { here: PATH.to_owned(), ..View::sample(lang, Section::System) };
        Self::new(view, "error", None, Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn a_page_of_lines_leads_to_the_older_ones_and_keeps_its_level() {
        let html = scraper::Html::parse_document(&LogPage::sample(Lang::En).render().unwrap());
        assert_eq!(html.select(&selector("tbody tr")).count(), LOG_PAGE_LINES);
        let older = html.select(&selector("a[rel=next]")).next().unwrap().attr("href").unwrap();
        assert_eq!(older, "/system/log?cursor=5");
        let line = |number| LogLine {
            number,
            at: samples::now(),
            level: Level::WARN,
            target: "ringback".to_owned(),
            text: "late".to_owned(),
        };
        let view = View::sample(Lang::En, Section::System);
        let page = LogPage::new(view, "warn", Some(400), (200..=300).rev().map(line).collect());
        assert_eq!(page.next.as_deref(), Some("/system/log?level=warn&cursor=201"));
        assert_eq!(page.first.as_deref(), Some("/system/log?level=warn"));
    }

    #[test]
    fn a_full_page_of_the_log_stays_small() {
        assert!(LogPage::sample(Lang::Zh).render().unwrap().len() < 64 << 10);
    }
}
