//! 保留 Retention: what is kept for how long, what is held, and the runs that make room.
//!
//! For administrators of every app. Without JavaScript a run is followed by opening the page
//! again. What the page does goes through the same service as the API and the command line.

use askama::Template;
use http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Time;

use crate::domain::{AppId, Lang, PhoneNumber, Role, Wording};
use crate::http::admin::parts::{Badge, Tone, count, local, size};
use crate::http::admin::people::audit_words::set_by;
use crate::http::admin::request::Request;
use crate::http::admin::view::{Section, View};
use crate::http::admin::{contradictions, reply};
use crate::http::{HttpError, Response};
use crate::retention::{Freed, Hold, Job, Policy, RetentionStatus};
use crate::service::{ServiceError, keeping};

#[derive(Debug, Template)]
#[template(path = "admin/system/retention.html")]
pub(crate) struct RetentionPage {
    view: View,
    days: Vec<Days>,
    at: String,
    badge: Badge,
    runs: Vec<Run>,
    running: Option<String>,
    holds: Vec<HoldRow>,
    apps: Vec<(u32, String)>,
    hold: HoldForm,
    done: Option<&'static str>,
    problem: Option<String>,
}

#[derive(Debug, Default)]
struct HoldForm {
    open: bool,
    name: String,
    reason: String,
    app: String,
    number: String,
    session: String,
}

#[derive(Debug)]
struct Days {
    name: &'static str,
    title: &'static str,
    hint: &'static str,
    value: String,
}

#[derive(Debug)]
struct Run {
    title: String,
    at: String,
    facts: Vec<(&'static str, String)>,
    error: Option<String>,
}

#[derive(Debug)]
struct HoldRow {
    id: String,
    name: String,
    reason: String,
    covers: String,
    by: String,
}

/// `GET /retention`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Admin)?;
    let mut page = RetentionPage::of(request);
    page.done = match request.param("done") {
        Some("saved") => Some(request.lang.t("已保存。", "Saved.")),
        Some("begun") => {
            Some(request.lang.t("已开始，刷新本页查看进度。", "It has begun; open this page again to see how it goes."))
        }
        Some("held") => Some(request.lang.t("已冻结。", "Held.")),
        Some("released") => Some(request.lang.t("冻结已解除。", "The hold has ended.")),
        _ => None,
    };
    reply::page(&page)
}

/// `POST /retention`
pub(crate) async fn save(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let saved = match policy(request) {
        Ok(policy) => keeping::set_policy(request.ctx(), request.actor(&by), &policy).await,
        Err(problem) => Err(ServiceError::BadRequest(problem)),
    };
    match saved {
        Ok(()) => Ok(reply::see_other("/retention?done=saved")),
        Err(ServiceError::BadRequest(problem)) => {
            let mut page = RetentionPage::of(request);
            for days in &mut page.days {
                days.value = request.raw_field(days.name).to_owned();
            }
            page.at = request.raw_field("at").to_owned();
            refused(request, page, &problem)
        }
        Err(error) => Err(error.into()),
    }
}

fn policy(request: &Request) -> Result<Policy, Wording> {
    let days = |name: &str| {
        let number = |text: &str| {
            text.parse().map_err(|_| {
                let problem = format!("请填写天数，或留空表示永久保留：{text}");
                Wording::new(problem, format!("a number of days, or nothing for ever: {text}"))
            })
        };
        request.field(name).map(number).transpose()
    };
    let present = request.ctx().retention.policy();
    let at = |text: &str| {
        minute_of(text).ok_or_else(|| {
            let problem = format!("每晚开始的时间应写成 03:30 这样，不是 {text}");
            Wording::new(problem, format!("the nightly run begins at a time such as 03:30, not {text}"))
        })
    };
    Ok(Policy {
        raw_days: days("raw_days")?,
        call_days: days("call_days")?,
        sms_days: days("sms_days")?,
        audit_days: days("audit_days")?,
        recording_days: present.recording_days,
        at_minute: request.field("at").map(at).transpose()?.unwrap_or(present.at_minute),
    })
}

/// A time of day in minutes, as a box for one sends it: some browsers with seconds.
fn minute_of(text: &str) -> Option<u16> {
    let time = ["%H:%M", "%H:%M:%S"].iter().find_map(|format| Time::strptime(format, text).ok())?;
    u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).ok()
}

fn refused(request: &Request, mut page: RetentionPage, problem: &Wording) -> Result<Response, HttpError> {
    page.problem = Some(problem.get(request.lang).to_owned());
    reply::page_with(StatusCode::BAD_REQUEST, &page)
}

/// `POST /retention/runs`
pub(crate) async fn run(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    keeping::start_run(request.ctx(), request.actor(&by), request.field("dry_run").is_some()).await?;
    Ok(reply::see_other("/retention?done=begun"))
}

/// `POST /retention/holds`
pub(crate) async fn hold(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let text = |name| request.field(name).map(str::to_owned);
    let known = |id: &str| id.parse().ok().filter(|id| request.ctx().state.app(AppId(*id)).is_some());
    let held = match contradictions::choice(request, "app", known) {
        Ok(app) => {
            let hold = Hold {
                id: String::new(),
                name: text("name").unwrap_or_default(),
                reason: text("reason").unwrap_or_default(),
                app,
                number: text("number"),
                session: text("session"),
                from: None,
                to: None,
                by: String::new(),
                by_kind: None,
                created_at: String::new(),
            };
            keeping::add_hold(request.ctx(), request.actor(&by), hold).await
        }
        Err(problem) => Err(ServiceError::BadRequest(problem.into())),
    };
    match held {
        Ok(_) => Ok(reply::see_other("/retention?done=held")),
        Err(ServiceError::BadRequest(problem)) => {
            let mut page = RetentionPage::of(request);
            page.hold = HoldForm::entered(request);
            refused(request, page, &problem)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /retention/holds/{id}`
pub(crate) async fn release(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    keeping::end_hold(request.ctx(), request.actor(&by), request.segment(2)).await?;
    Ok(reply::see_other("/retention?done=released"))
}

impl HoldForm {
    fn entered(request: &Request) -> Self {
        let text = |name| request.raw_field(name).to_owned();
        Self {
            open: true,
            name: text("name"),
            reason: text("reason"),
            app: text("app"),
            number: text("number"),
            session: text("session"),
        }
    }
}

impl RetentionPage {
    fn of(request: &Request) -> Self {
        let (view, retention) = (View::of(request, Section::Retention), &request.ctx().retention);
        let apps = request.ctx().state.apps().iter().map(|app| (app.id.0, app.name.clone())).collect();
        Self::new(view, &retention.policy(), &retention.standing(), &retention.holds(), apps)
    }

    fn new(view: View, policy: &Policy, standing: &RetentionStatus, holds: &[Hold], apps: Vec<(u32, String)>) -> Self {
        let lang = view.lang;
        let value = |days: Option<u32>| days.map(|days| days.to_string()).unwrap_or_default();
        let days = vec![
            Days {
                name: "raw_days",
                title: lang.t("原始回调", "Callbacks as received"),
                hint: lang.t(
                    "正文、请求头和应答；其中的通话和短信继续保留。",
                    "Body, headers and answer; the calls and messages in them stay.",
                ),
                value: value(policy.raw_days),
            },
            Days {
                name: "call_days",
                title: lang.t("通话", "Calls"),
                hint: lang.t("统计和对账数字不变。", "Counts and sums stay as they are."),
                value: value(policy.call_days),
            },
            Days {
                name: "sms_days",
                title: lang.t("短信", "Messages"),
                hint: lang.t("包括短信内容。", "With their text."),
                value: value(policy.sms_days),
            },
            Days {
                name: "audit_days",
                title: lang.t("审计中的个人内容", "Personal part of the audit trail"),
                hint: lang
                    .t("谁做了什么永久保留，审计链不断。", "Who did what stays for ever, and the chain is whole."),
                value: value(policy.audit_days),
            },
        ];
        let badge = if policy.removes_something() {
            Badge::new(Tone::Good, lang.t("每晚清理", "cleaned up nightly"))
        } else {
            Badge::new(Tone::Quiet, lang.t("全部永久保留", "everything is kept for ever"))
        };
        let runs = [&standing.last_dry, &standing.last].into_iter().flatten().map(|job| Run::new(lang, job)).collect();
        let app_name =
            |id: u32| apps.iter().find(|(known, _)| *known == id).map_or(format!("#{id}"), |app| app.1.clone());
        let holds = holds.iter().map(|hold| HoldRow::new(lang, hold, hold.app.map(app_name))).collect();
        Self {
            days,
            at: format!("{:02}:{:02}", policy.at_minute / 60, policy.at_minute % 60),
            badge,
            runs,
            running: standing.running.as_ref().map(|job| format!("{:.0}%", job.progress * 100.0)),
            holds,
            apps,
            hold: HoldForm::default(),
            done: None,
            problem: None,
            view,
        }
    }
}

impl Run {
    fn new(lang: Lang, job: &Job) -> Self {
        let title = if job.asked.dry_run {
            lang.t("试算：将会释放", "Dry run: would free")
        } else {
            lang.t("上次清理：已释放", "Last run: freed")
        };
        let at = job.finished_at.unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            title: title.to_owned(),
            at: local(at, "%Y-%m-%d %H:%M:%S"),
            facts: job.result.as_ref().map(|freed| facts(lang, freed)).unwrap_or_default(),
            error: job.error.clone(),
        }
    }
}

fn facts(lang: Lang, freed: &Freed) -> Vec<(&'static str, String)> {
    vec![
        (lang.t("原始回调", "Callbacks as received"), format!("{} · {}", count(freed.raw), size(freed.raw_bytes))),
        (lang.t("通话", "Calls"), count(freed.calls)),
        (lang.t("短信", "Messages"), count(freed.sms)),
        (lang.t("回调记录", "Rows of callbacks"), count(freed.callbacks)),
        (lang.t("审计条目", "Audit entries"), count(freed.audit)),
        (lang.t("因冻结保留", "Kept by holds"), count(freed.held)),
        (lang.t("重写的日志段", "Segments rewritten"), count(freed.segments_rewritten)),
        (lang.t("删除的日志段", "Segments removed"), count(freed.segments_removed)),
        (lang.t("磁盘", "Disk"), size(freed.disk_bytes)),
    ]
}

impl HoldRow {
    fn new(lang: Lang, hold: &Hold, app: Option<String>) -> Self {
        let number = hold.number.as_deref().map(|number| PhoneNumber::from_stored(number).masked());
        let session = hold.session.as_deref().map(crate::domain::mask_numbers);
        let covers: Vec<String> =
            [app, number, session, hold.from.clone(), hold.to.clone()].into_iter().flatten().collect();
        Self {
            id: hold.id.clone(),
            name: hold.name.clone(),
            reason: hold.reason.clone(),
            covers: covers.join(" · "),
            by: set_by(lang, Some(&hold.by), hold.by_kind.as_deref()).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
impl RetentionPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/retention".to_owned(), ..View::sample(lang, Section::Retention) };
        let policy = Policy { raw_days: Some(90), call_days: Some(730), at_minute: 210, ..Policy::default() };
        let freed =
            Freed { raw: 48_210, raw_bytes: 38 << 20, segments_rewritten: 3, disk_bytes: 9 << 20, ..Freed::default() };
        let job = Job {
            asked: crate::retention::Wanted { dry_run: false, by: None },
            started_at: samples::now(),
            finished_at: Some(samples::now()),
            progress: 1.0,
            result: Some(freed),
            error: None,
        };
        let dry = Job { asked: crate::retention::Wanted { dry_run: true, by: None }, ..job.clone() };
        let standing =
            RetentionStatus { running: None, last: Some(job), last_dry: Some(dry), last_at: Some(samples::now()) };
        let hold = Hold {
            id: "0123abcd".to_owned(),
            name: "2026-118".to_owned(),
            reason: lang.t("法院调取", "asked for by a court").to_owned(),
            app: Some(1),
            number: Some("13800000021".to_owned()),
            session: None,
            from: None,
            to: None,
            by: "lin".to_owned(),
            by_kind: None,
            created_at: String::new(),
        };
        Self::new(view, &policy, &standing, &[hold], vec![(1, "order-hotline".to_owned())])
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        let view = View { here: "/retention".to_owned(), ..View::sample(lang, Section::Retention) };
        Self::new(view, &Policy::default(), &RetentionStatus::default(), &[], Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_shows_its_number_masked() {
        let page = RetentionPage::sample(Lang::En);
        assert!(page.holds[0].covers.contains("****") && !page.holds[0].covers.contains("13800000021"));
        assert!(!page.render().unwrap().contains("13800000021"));
    }
}
