//! Makes an evidence pack, for the page, the API and the command line alike: who may, the entry
//! in the audit trail, the journal's callbacks, the page in it.
//!
//! The entry is durable before the first byte of the pack leaves. A pack that fails afterwards
//! has left its entry: the trail says what was asked for.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use jiff::Timestamp;

use crate::audit::{Act, AuditAction};
use crate::domain::{Call, CallId, Lang, Masking, Role, Text, Wording};
use crate::evidence::{self, Exhibit, Gathered, Order};
use crate::http::admin::calls::call_view::{Behind, Story};
use crate::http::admin::parts::{local, size, utc};
use crate::http::admin::people::audit_words::who;
use crate::http::admin::rules::decision_view::Decided;
use crate::http::transport::assets;
use crate::http::{HttpError, api};
use crate::limits;
use crate::service::{Context, lists};
use crate::state::Principal;
use crate::store::CallbackRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) reason: String,
    pub(crate) numbers: Masking,
    pub(crate) lang: Lang,
}

pub(crate) const TAKES_OPERATOR: Text =
    Text::new("证据包里有完整号码，需要操作员权限", "evidence holds whole numbers; this takes an operator");

#[derive(Debug)]
pub(crate) struct Pack {
    pub(crate) name: String,
    pub(crate) zip: Vec<u8>,
}

/// The page inside of a pack: complete in itself.
#[derive(Debug, Template)]
#[template(path = "admin/calls/evidence_pack.html")]
struct PackPage {
    lang: Lang,
    css: String,
    story: Story,
    order: Order,
    exported: (String, String),
    by: String,
    exhibits: Vec<Row>,
    missing: Vec<crate::domain::Seq>,
    version: &'static str,
}

#[derive(Debug)]
struct Row {
    seq: crate::domain::Seq,
    received: (String, String),
    file: Option<String>,
    meta: String,
    size: String,
    status: u16,
    crc: Option<String>,
}

pub(crate) async fn call_for(context: &Context, by: &Principal, id: CallId) -> Result<Call, HttpError> {
    if by.role < Role::Operator {
        return Err(HttpError::Forbidden(TAKES_OPERATOR));
    }
    let store = context.store.clone();
    let call = tokio::task::spawn_blocking(move || store.call(id)).await.map_err(broken)??;
    call.filter(|call| by.scope.allows(call.app)).ok_or(HttpError::NotFound)
}

pub(crate) async fn make(
    context: &Arc<Context>,
    by: &Principal,
    peer: Option<IpAddr>,
    call: Call,
    wish: Wish,
) -> Result<Pack, HttpError> {
    let (id, reason) = (call.id, reason(&wish.reason)?);
    let masked = wish.numbers == Masking::Masked;
    let act = Act::new(by, AuditAction::EvidenceExport, format!("call {id}")).of(call.app).from(peer);
    let act = act.with("reason", reason.as_str()).with("masked", masked);
    let audit = context.audit.record(act).await?;
    let order = Order {
        parties: call.parties().cloned().collect(),
        call: id,
        provider: call.provider,
        recording: call.recording.as_ref().map(|recording| recording.state),
        by: by.id(),
        at: context.clock.now(),
        reason,
        numbers: wish.numbers,
        lang: wish.lang,
        audit,
        installation: context.state.installation(),
        app: context.state.app(call.app).map_or_else(|| format!("#{}", call.app.0), |app| app.name.clone()),
    };
    let context = context.clone();
    tokio::task::spawn_blocking(move || write(&context, &call, order)).await.map_err(broken)?
}

/// A reason as it is kept: not empty, not a book.
fn reason(text: &str) -> Result<String, HttpError> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(HttpError::BadRequest(Wording::new(
            "请填写原因：它会写进证据包和审计",
            "reason: say why; it stands in the pack and in the audit trail",
        ))),
        n if n > limits::REASON_CHARS_MAX => Err(HttpError::BadRequest(Wording::new(
            format!("原因最多 {} 个字符", limits::REASON_CHARS_MAX),
            format!("reason: at most {} characters", limits::REASON_CHARS_MAX),
        ))),
        _ => Ok(text.to_owned()),
    }
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> HttpError {
    HttpError::Internal(Box::new(error))
}

fn write(context: &Context, call: &Call, order: Order) -> Result<Pack, HttpError> {
    let gathered = evidence::gather(&call.callbacks, &*context.journal, order.numbers)?;
    // As exports are named: by the clock on the wall.
    let name = format!("evidence-{}-{}.zip", &order.call.to_string()[..8], local(order.at, "%Y%m%d-%H%M%S"));
    let mut folder = evidence::folder(&api::evidence::call_json(context, order.numbers, call)?, &order, &gathered);
    let decided = lists::decisions_of_call(context, call)?;
    let page = PackPage::new(call, &decided, order, &gathered).render().map_err(broken)?;
    folder.add("index.html", page.into_bytes());
    Ok(Pack { name, zip: folder.zip().map_err(broken)? })
}

impl PackPage {
    fn new(call: &Call, decided: &[CallbackRow], order: Order, gathered: &Gathered) -> Self {
        let lang = order.lang;
        let masking = order.numbers;
        let files: BTreeMap<_, _> = gathered.exhibits.iter().filter_map(|e| Some((e.seq, e.file.clone()?))).collect();
        let decided = decided.iter().filter_map(|row| Decided::of(lang, masking, row, None)).collect();
        let rows = (1..).zip(&gathered.exhibits).map(|(n, exhibit)| Row::of(n, exhibit, order.numbers)).collect();
        Self {
            lang,
            css: assets::text("css/app.css"),
            story: Story::of(lang, masking, call, decided, &Behind::Files(files), order.at),
            exported: both(order.at),
            by: who(lang, &order.by),
            exhibits: rows,
            missing: gathered.missing.clone(),
            version: env!("CARGO_PKG_VERSION"),
            order,
        }
    }

    fn numbers(&self) -> &'static str {
        match self.order.numbers {
            Masking::Whole => self.lang.t("完整", "whole"),
            Masking::Masked => {
                self.lang.t("已打码，正文不再是平台原文", "masked; bodies are not what the platform sent")
            }
        }
    }
}

impl Row {
    fn of(n: usize, exhibit: &Exhibit, numbers: Masking) -> Self {
        Self {
            seq: exhibit.seq,
            received: both(exhibit.at),
            file: exhibit.file.clone(),
            meta: format!("callbacks/{n:03}.meta.json"),
            size: size(exhibit.callback.body.len() as u64),
            status: exhibit.callback.reply.status,
            crc: (numbers == Masking::Whole).then(|| exhibit.crc.clone()),
        }
    }
}

fn both(t: Timestamp) -> (String, String) {
    (local(t, "%Y-%m-%d %H:%M:%S"), utc(t))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ActorId, ActorKind, ProviderId};
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;
    use crate::journal::Body;

    fn page(lang: Lang, numbers: Masking) -> String {
        let call = samples::answered_call();
        let (record, callback) = samples::record();
        assert!(matches!(record.body, Body::Callback(_)));
        let exhibit = |(n, seq): (usize, &u64)| Exhibit {
            seq: *seq,
            at: record.at,
            callback: callback.clone(),
            crc: "9ae0daaf".to_owned(),
            file: Some(format!("callbacks/{:03}.json", n + 1)),
        };
        let exhibits = call.callbacks.iter().enumerate().map(exhibit).collect();
        let order = Order {
            parties: call.parties().cloned().collect(),
            call: call.id,
            provider: ProviderId("huawei-private"),
            recording: None,
            by: ActorId::new(ActorKind::User, "lin"),
            at: samples::now(),
            reason: "complaint 7".to_owned(),
            numbers,
            lang,
            audit: 131,
            installation: "sample".to_owned(),
            app: "courier".to_owned(),
        };
        PackPage::new(&call, &samples::questions(&call), order, &Gathered { exhibits, missing: vec![127] })
            .render()
            .unwrap()
    }

    #[test]
    fn the_page_of_a_pack_is_complete_in_itself_and_leads_to_its_files() {
        for lang in [Lang::Zh, Lang::En] {
            let text = page(lang, Masking::Whole);
            let html = scraper::Html::parse_document(&text);
            for link in html.select(&selector("a[href]")).filter_map(|a| a.attr("href")) {
                assert!(link.starts_with("callbacks/0") || link.starts_with('#'), "{link} leads out of the pack");
            }
            assert!(html.select(&selector("link, script, img, form")).next().is_none());
            let (lines, drawn) = (selector("table.lines tbody tr"), selector("svg.ladder a[href^='callbacks/']"));
            assert!(html.select(&lines).count() > html.select(&drawn).count());
            assert!(text.contains("138 1234 0021") && text.contains("complaint 7") && text.contains("9ae0daaf"));
        }
    }

    #[test]
    fn a_masked_page_shows_no_number() {
        let text = page(Lang::Zh, Masking::Masked);
        assert!(!text.contains("138 1234 0021") && !text.contains("13812340021") && !text.contains("9ae0daaf"));
    }
}
