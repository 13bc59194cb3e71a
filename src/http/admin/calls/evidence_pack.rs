//! The page inside of an evidence pack: complete in itself.

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;

use crate::domain::{Call, Lang, Masking};
use crate::evidence::{Exhibit, Gathered, Order};
use crate::http::admin::calls::call_view::Story;
use crate::http::admin::calls::ladder::Behind;
use crate::http::admin::parts::{local, size, utc};
use crate::http::admin::people::audit_words::who;
use crate::http::admin::rules::decision_view::Decided;
use crate::http::transport::assets;
use crate::store::CallbackRow;

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

pub(in crate::http) fn page(
    call: &Call,
    decided: &[CallbackRow],
    order: Order,
    gathered: &Gathered,
) -> askama::Result<String> {
    PackPage::new(call, decided, order, gathered).render()
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
