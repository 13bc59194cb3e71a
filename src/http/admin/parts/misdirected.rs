//! Requests that came to no callback address, told where somebody asks why nothing arrives.

use crate::domain::Lang;
use crate::http::admin::parts::{When, span};
use crate::http::admin::request::Request;
use crate::service::{MisdirectedRequest, Missed};
use jiff::Timestamp;

#[derive(Debug, Clone)]
pub(crate) struct MisdirectedNote {
    pub(crate) summary: String,
    pub(crate) recent: Vec<MisdirectedRow>,
}

#[derive(Debug, Clone)]
pub(crate) struct MisdirectedRow {
    pub(crate) at: When,
    pub(crate) peer: String,
    pub(crate) path: String,
    pub(crate) why: &'static str,
}

impl MisdirectedNote {
    /// The note for a page; `None` where there were none, and for those who do not
    /// see all apps: nobody knows whose such a request was.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let sees_all = request.principal().is_ok() && request.scope().is_all();
        if !sees_all {
            return None;
        }
        let (count, recent) = request.ctx().server.misdirected.seen();
        Self::new(request.lang, count, &recent, request.now())
    }

    fn new(lang: Lang, count: u64, recent: &[MisdirectedRequest], now: Timestamp) -> Option<Self> {
        let last = recent.first()?;
        let ago = span(lang, u64::try_from(now.duration_since(last.at).as_secs()).unwrap_or(0));
        let (peer, path) = (last.peer, &last.path);
        let summary = match (lang, count) {
            (Lang::Zh, _) => format!("{count} 个请求没有发到任何回调地址，最近一个来自 {peer}，{ago}前：{path}"),
            (Lang::En, 1) => format!("1 request came to no callback address, from {peer}, {ago} ago: {path}"),
            (Lang::En, _) => {
                format!("{count} requests came to no callback address, the last from {peer}, {ago} ago: {path}")
            }
        };
        let recent = recent.iter().map(|request| MisdirectedRow::of(lang, request)).collect();
        Some(Self { summary, recent })
    }
}

impl MisdirectedRow {
    fn of(lang: Lang, request: &MisdirectedRequest) -> Self {
        Self {
            at: When::full(request.at),
            peer: request.peer.to_string(),
            path: request.path.clone(),
            why: match request.missed {
                Missed::Address => lang.t("没有这个地址", "No such address"),
                Missed::Token => lang.t("没有应用使用这个令牌", "No app has this token"),
                Missed::RequestLine => {
                    lang.t("地址里有空格等非法字符", "The address holds a blank or another character that it must not")
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn the_note_says_how_many_from_whom_when_and_where_to() {
        let at: Timestamp = "2026-11-30T01:00:00Z".parse().unwrap();
        let request = MisdirectedRequest {
            at,
            peer: IpAddr::from([203, 0, 113, 7]),
            path: "/status".to_owned(),
            missed: Missed::Address,
        };
        let now = "2026-11-30T01:03:00Z".parse().unwrap();
        let note = MisdirectedNote::new(Lang::En, 12, &[request], now).unwrap();
        assert_eq!(
            note.summary,
            "12 requests came to no callback address, the last from 203.0.113.7, 3\u{a0}min ago: /status"
        );
        assert!(MisdirectedNote::new(Lang::Zh, 0, &[], now).is_none());
    }
}
