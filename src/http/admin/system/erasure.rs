//! 删除个人信息 Erasure: takes everything of one person out, in two steps.
//!
//! First a search says what there is; then the number is typed once more, with a reason, and
//! everything goes. The page never shows the number whole and never carries it in a hidden
//! field. For administrators of every app.

use askama::Template;

use crate::domain::{Lang, PhoneNumber, Role, Text};
use crate::erasure::{Certificate, Counts, ErasureStatus, Job, Wanted};
use crate::http::admin::parts::{count, local};
use crate::http::admin::people::audit_words::set_by;
use crate::http::admin::request::Request;
use crate::http::admin::view::{Section, View};
use crate::http::admin::{contradictions, reply};
use crate::http::{HttpError, Response};
use crate::service::keeping;

#[derive(Debug, Template)]
#[template(path = "admin/system/erasure.html")]
pub(crate) struct ErasurePage {
    view: View,
    running: Option<(String, String)>,
    found: Option<Found>,
    ended: Option<Found>,
    certificates: Vec<CertificateRow>,
    certificate: Option<(CertificateRow, Certificate)>,
}

#[derive(Debug)]
struct Found {
    number: String,
    facts: Vec<(&'static str, String)>,
    error: Option<String>,
}

#[derive(Debug)]
struct CertificateRow {
    id: String,
    at: String,
    mode: &'static str,
    by: String,
    reason: String,
    facts: Vec<(&'static str, String)>,
}

/// `GET /erasure`, `GET /erasure/{id}`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Admin)?;
    let view = View::of(request, Section::Erasure);
    let erasure = &request.ctx().erasure;
    let certificate = match request.segment(1) {
        "" => None,
        id => Some(erasure.certificate(id)?.ok_or(HttpError::NotFound)?),
    };
    reply::page(&ErasurePage::new(view, &erasure.standing(), &erasure.certificates()?, certificate))
}

/// `GET /erasure/{id}/certificate.json`
pub(crate) fn download(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Admin)?;
    let certificate = request.ctx().erasure.certificate(request.segment(1))?.ok_or(HttpError::NotFound)?;
    let json = serde_json::to_string_pretty(&certificate).map_err(|error| HttpError::Internal(Box::new(error)))?;
    Ok(crate::http::respond(http::StatusCode::OK, "application/json", json))
}

/// `POST /erasure`: searches, or erases whom the last search was for.
pub(crate) async fn begin(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let erasure = &request.ctx().erasure;
    let dry_run = request.field("confirm").is_none();
    let number = request.field(if dry_run { "number" } else { "confirm" }).unwrap_or_default().to_owned();
    if !dry_run {
        let searched = erasure.standing().last.filter(|job| job.asked.dry_run).map(|job| job.asked.number);
        if searched.is_none() || searched != PhoneNumber::parse(&number) {
            let problem =
                request.lang.t("输入的号码与查找的号码不一致。", "The number typed is not the one searched for.");
            return Err(HttpError::BadRequest(problem.into()));
        }
    }
    // Erased is for good: a word that is not known must not be taken for that.
    let pseudonymise = contradictions::choice(request, "mode", |mode| match mode {
        "erase" => Some(false),
        "pseudonymise" => Some(true),
        _ => None,
    });
    let pseudonymise = match pseudonymise.map_err(|problem| HttpError::BadRequest(problem.into()))? {
        Some(pseudonymise) => pseudonymise,
        None if dry_run => false,
        None => {
            let problem = Text::new("请选择方式：删除，或假名化。", "Choose how: erase, or pseudonymise.");
            return Err(HttpError::BadRequest(problem.into()));
        }
    };
    let wanted =
        Wanted { number, pseudonymise, dry_run, reason: request.field("reason").unwrap_or_default().to_owned() };
    keeping::erase(request.ctx(), request.actor(&by), wanted).await?;
    Ok(reply::see_other("/erasure"))
}

impl ErasurePage {
    fn new(
        view: View,
        standing: &ErasureStatus,
        certificates: &[Certificate],
        certificate: Option<Certificate>,
    ) -> Self {
        let lang = view.lang;
        let last = standing.last.as_ref();
        let found = last.filter(|job| job.asked.dry_run).map(|job| Found::new(lang, job));
        let ended = last.filter(|job| !job.asked.dry_run).map(|job| Found::new(lang, job));
        let running =
            standing.running.as_ref().map(|job| (job.asked.number.masked(), format!("{:.0}%", job.progress * 100.0)));
        let certificates = certificates.iter().map(|certificate| CertificateRow::new(lang, certificate)).collect();
        let certificate = certificate.map(|certificate| (CertificateRow::new(lang, &certificate), certificate));
        Self { view, running, found, ended, certificates, certificate }
    }
}

impl Found {
    fn new(lang: Lang, job: &Job) -> Self {
        Self {
            number: job.asked.number.masked(),
            facts: job.result.as_ref().map(|counts| facts(lang, counts)).unwrap_or_default(),
            error: job.error.clone(),
        }
    }
}

impl CertificateRow {
    fn new(lang: Lang, certificate: &Certificate) -> Self {
        let at = certificate.finished_at.parse().unwrap_or_default();
        Self {
            id: certificate.id.clone(),
            at: local(at, "%Y-%m-%d %H:%M:%S"),
            mode: match certificate.mode.as_str() {
                "pseudonymised" => lang.t("假名化", "pseudonymised"),
                _ => lang.t("删除", "erased"),
            },
            by: set_by(lang, Some(&certificate.by), certificate.by_kind.as_deref()).unwrap_or_default(),
            reason: certificate.reason.clone(),
            facts: facts(lang, &certificate.counts),
        }
    }
}

fn facts(lang: Lang, counts: &Counts) -> Vec<(&'static str, String)> {
    vec![
        (lang.t("通话", "Calls"), count(counts.calls)),
        (lang.t("短信", "Messages"), count(counts.sms)),
        (lang.t("录音", "Recordings"), count(counts.recordings)),
        (lang.t("原始回调", "Callbacks as received"), count(counts.callbacks)),
        (lang.t("已无原文的回调", "Callbacks without their bytes"), count(counts.summaries)),
        (lang.t("审计条目", "Audit entries"), count(counts.audit)),
        (lang.t("绑定", "Bindings"), count(counts.bindings)),
        (lang.t("其他记录", "Other records"), count(counts.others)),
        (lang.t("残尾文件", "Torn tails"), count(counts.torn)),
    ]
}

#[cfg(test)]
impl ErasurePage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/erasure".to_owned(), ..View::sample(lang, Section::Erasure) };
        let counts = Counts { calls: 12, sms: 3, recordings: 2, callbacks: 61, audit: 1, ..Counts::default() };
        let job = Job {
            asked: crate::erasure::Asked {
                id: "0123456789ab".to_owned(),
                dry_run: true,
                pseudonymise: false,
                number: PhoneNumber::from_stored("+8613800000021"),
            },
            started_at: samples::now(),
            finished_at: Some(samples::now()),
            progress: 1.0,
            result: Some(counts.clone()),
            error: None,
        };
        let certificate = Certificate {
            id: "0123456789ab".to_owned(),
            mode: "erased".to_owned(),
            by: "lin".to_owned(),
            by_kind: None,
            reason: lang.t("本人要求", "asked by the person").to_owned(),
            started_at: samples::now().to_string(),
            finished_at: samples::now().to_string(),
            number_sha256: "9f".repeat(32),
            salt: "0a".repeat(16),
            through: 48_211,
            counts,
            segments: Vec::new(),
            statement: Certificate::STATEMENT.to_owned(),
        };
        let standing = ErasureStatus { running: None, last: Some(job) };
        Self::new(view, &standing, std::slice::from_ref(&certificate), Some(certificate.clone()))
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        let view = View { here: "/erasure".to_owned(), ..View::sample(lang, Section::Erasure) };
        Self::new(view, &ErasureStatus::default(), &[], None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_never_shown_whole() {
        let html = ErasurePage::sample(Lang::En).render().unwrap();
        assert!(html.contains("+86138****0021") && !html.contains("13800000021"));
    }
}
