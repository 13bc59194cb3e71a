//! Trying a question: which rule would answer it, why not those before, and the exact bytes.
//!
//! Nothing is kept, and the company's own system is asked only where that was ticked.

use http::StatusCode;

use super::parts::{Badge, text};
use super::query::instant;
use super::request::Request;
use super::rules::RulesPage;
use super::view::Eyes;
use super::{decisions, reply};
use crate::control::{AsksWord, Trial};
use crate::domain::{Lang, Role};
use crate::http::acts::recorded;
use crate::http::api::rules::{QuestionToTry, said, trial};
use crate::http::{HttpError, Response};

/// A question as it was entered, and its answer.
#[derive(Debug, Default)]
pub(super) struct Tried {
    pub(super) x: String,
    pub(super) caller: String,
    pub(super) at: String,
    pub(super) sms: bool,
    pub(super) ask: bool,
    pub(super) answer: Option<Answer>,
}

/// What would be answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) action: Badge,
    pub(super) rule: Option<(u32, String)>,
    pub(super) binding: Option<u64>,
    /// Rules that were looked at: number, name, what became of them.
    pub(super) steps: Vec<(u32, String, String)>,
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: String,
}

/// `POST /rules/{app}/try`
pub(super) async fn try_out(request: &Request) -> Result<Response, HttpError> {
    let (_, app) = request.require_for_app(Role::Operator, 1)?;
    let page = RulesPage::of(request, Some(&app.name))?;
    let text = |name: &str| request.field(name).map(str::to_owned);
    let sms = request.field("asks") == Some("sms");
    let mut tried = Tried {
        x: text("x").unwrap_or_default(),
        caller: text("caller").unwrap_or_default(),
        at: text("at").unwrap_or_default(),
        sms,
        ask: request.field("ask").is_some(),
        answer: None,
    };
    let question = QuestionToTry {
        asks: Some(if sms { AsksWord::Sms } else { AsksWord::Call }),
        x: text("x"),
        caller: text("caller"),
        at: text("at").map(|at| instant(&at).map_or(at, |at| at.to_string())),
        rules: None,
        ask: tried.ask,
    };
    match trial(request.ctx(), &app, question).await {
        Ok(trial) => {
            tried.answer = Some(Answer::new(request.lang, page.view().eyes(), &trial));
            Ok(recorded(reply::page(&page.tried(tried, None))?))
        }
        Err(HttpError::BadRequest(problem)) => {
            reply::page_with(StatusCode::BAD_REQUEST, &page.tried(tried, Some(problem)))
        }
        Err(error) => Err(error),
    }
}

impl Answer {
    fn new(lang: Lang, eyes: Eyes, trial: &Trial) -> Self {
        let (note, ack) = (&trial.decided.note, &trial.decided.ack);
        let steps = trial.steps.iter().map(|step| {
            let (verdict, why) = said(&step.verdict);
            let problem = step.problem.as_ref().map(|problem| text(problem.get(lang), eyes));
            let said = [Some(words(lang, verdict, why)), problem].into_iter().flatten().collect::<Vec<_>>();
            (step.rule, text(&step.name, eyes), said.join(lang.t("；", "; ")))
        });
        Self {
            action: decisions::badge(lang, note.action),
            rule: note.rule.as_ref().map(|(number, name)| (*number, text(name, eyes))),
            binding: note.binding.map(|id| id.0),
            steps: steps.collect(),
            status: ack.status,
            content_type: ack.content_type.clone(),
            body: text(&ack.body, eyes),
        }
    }
}

/// What became of a rule, in words.
fn words(lang: Lang, verdict: &str, why: Option<&str>) -> String {
    let condition = match why.unwrap_or_default() {
        "asks" => lang.t("询问的种类", "what is asked"),
        "x" => lang.t("X 号码", "X"),
        "caller" | "not_caller" => lang.t("主叫", "the caller"),
        "region" | "not_region" => lang.t("地区", "the region"),
        "time" => lang.t("时间", "the time"),
        "weekday" => lang.t("星期", "the weekday"),
        "holiday" | "not_holiday" => lang.t("日期名单", "the list of days"),
        "binding" => lang.t("绑定", "the binding"),
        "trial" => lang.t("试算没有真的询问", "it was not really asked"),
        other => other,
    };
    let head = match verdict {
        "decided" => lang.t("由它决定", "it decides"),
        "off" => lang.t("已停用", "off"),
        "unmet" => lang.t("不符合：", "does not hold: "),
        "asked" => lang.t("询问结果：", "asked: "),
        _ => lang.t("用不上：", "of no use here: "),
    };
    format!("{head}{condition}")
}

#[cfg(test)]
impl Tried {
    pub(super) fn sample(lang: Lang) -> Self {
        let answer = Answer {
            action: decisions::badge(lang, crate::domain::DecisionAction::Connect),
            rule: None,
            binding: Some(128),
            steps: vec![
                (1, "night".to_owned(), words(lang, "unmet", Some("time"))),
                (2, "boss".to_owned(), words(lang, "unmet", Some("caller"))),
                (3, "crm".to_owned(), words(lang, "not_for", Some("trial"))),
            ],
            status: 200,
            content_type: "application/json;charset=UTF-8".to_owned(),
            body: r#"{"operation":"connect","connectInfo":[{"displayCalleeNum":"+8675528780808"}]}"#.to_owned(),
        };
        Self { x: "075528780808".to_owned(), caller: "13812340021".to_owned(), answer: Some(answer), ..Self::default() }
    }
}
