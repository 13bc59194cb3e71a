//! Trying a question: which rule would answer it, why not those before, and the exact bytes.
//!
//! Nothing is kept, and the company's own system is asked only where that was ticked.

use http::StatusCode;

use crate::control::{AsksWord, Trial, Verdict, contract};
use crate::domain::{App, Asking, Lang, Masking, PhoneNumber};
use crate::http::HttpError;
use crate::http::admin::parts::Badge;
use crate::http::admin::query::instant;
use crate::http::admin::request::{Request, link};
use crate::http::admin::rules::decisions;
use crate::service::{
    ServiceError,
    rules::{QuestionToTry, said, trial},
};

#[derive(Debug, Default)]
pub(crate) struct Tried {
    pub(crate) x: String,
    pub(crate) caller: String,
    pub(crate) at: String,
    pub(crate) sms: bool,
    pub(crate) ask: bool,
    pub(crate) answer: Option<Answer>,
    pub(crate) problem: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) action: Badge,
    pub(crate) rule: Option<(u32, String)>,
    pub(crate) binding: Option<u64>,
    pub(crate) steps: Vec<(u32, String, String)>,
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
    pub(crate) masked: bool,
}

/// The same question with its answer, or with the reason why it has none.
pub(crate) async fn answered(
    request: &Request,
    masking: Masking,
    app: &App,
    tried: Tried,
    ask: bool,
) -> Result<(StatusCode, Tried), HttpError> {
    let refused = |tried, why: &str| (StatusCode::BAD_REQUEST, Tried { problem: Some(why.to_owned()), ..tried });
    let question = match tried.question(request.lang) {
        Ok(question) => QuestionToTry { ask, ..question },
        Err(why) => return Ok(refused(tried, why)),
    };
    match trial(request.ctx(), app, question).await {
        Ok(trial) => {
            let answer = Some(Answer::new(request.lang, masking, tried.sms, &trial));
            Ok((StatusCode::OK, Tried { answer, ..tried }))
        }
        Err(ServiceError::BadRequest(why)) => Ok(refused(tried, why.get(request.lang))),
        Err(error) => Err(error.into()),
    }
}

impl Tried {
    pub(crate) fn entered<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Self {
        let text = |name: &str| field(name).unwrap_or_default().trim().to_owned();
        Self {
            x: text("x"),
            caller: text("caller"),
            at: text("at"),
            sms: field("asks") == Some("sms"),
            ask: field("ask").is_some(),
            answer: None,
            problem: None,
        }
    }

    pub(crate) fn address(&self, app: &str) -> String {
        let asks = if self.sms { "sms" } else { "call" };
        let mut pairs = vec![("app", app), ("asks", asks)];
        pairs.extend([("x", self.x.as_str()), ("caller", &self.caller), ("at", &self.at)]);
        pairs.extend(self.ask.then_some(("ask", "1")));
        pairs.retain(|(_, value)| !value.is_empty());
        format!("{}#try", link("/rules", &pairs))
    }

    fn question(&self, lang: Lang) -> Result<QuestionToTry, &'static str> {
        if !is_number(&self.x) {
            return Err(lang.t(
                "请填写完整的 X 号码：3 到 30 位数字，如 17000000808。",
                "Enter the whole X number: 3 to 30 digits, such as 17000000808.",
            ));
        }
        if !self.caller.is_empty() && !is_number(&self.caller) {
            return Err(lang.t(
                "主叫（发送方）应为完整号码：3 到 30 位数字；对方隐藏号码时留空。",
                "The caller (or sender) is a whole number of 3 to 30 digits; empty is a hidden one.",
            ));
        }
        let at = match instant(&self.at) {
            None if !self.at.is_empty() => {
                return Err(lang.t("时间应写成 2026-11-21 10:00 这样。", "Write the time such as 2026-11-21 10:00."));
            }
            at => at.map(|at| at.to_string()),
        };
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let asks = if self.sms { AsksWord::Sms } else { AsksWord::Call };
        Ok(QuestionToTry {
            asks: Some(asks),
            x: given(&self.x),
            caller: given(&self.caller),
            at,
            rules: None,
            ask: false,
        })
    }
}

/// Whether it is one that somebody can call: short ones of services too.
fn is_number(text: &str) -> bool {
    let digits = PhoneNumber::parse(text).map(|number| number.reveal().trim_start_matches('+').to_owned());
    digits.is_some_and(|digits| (3..=30).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Answer {
    fn new(lang: Lang, masking: Masking, sms: bool, trial: &Trial) -> Self {
        let (note, ack) = (&trial.decided.note, &trial.decided.ack);
        let steps = trial.steps.iter().map(|step| {
            let (verdict, why) = said(&step.verdict);
            let problem = step.problem.as_ref().map(|problem| masking.text(problem.get(lang)));
            let problem = problem.or_else(|| match step.verdict {
                Verdict::Asked(asking) => Some(contract::outcome(asking).get(lang).to_owned()),
                _ => None,
            });
            let said = [Some(words(lang, sms, verdict, why)), problem].into_iter().flatten().collect::<Vec<_>>();
            (step.rule, masking.text(&step.name), said.join(lang.t("；", "; ")))
        });
        Self {
            action: decisions::badge(lang, note.action),
            rule: note.rule.as_ref().map(|(number, name)| (*number, masking.text(name))),
            binding: note.binding.map(|id| id.0),
            steps: steps.collect(),
            status: ack.status,
            content_type: ack.content_type.clone(),
            masked: masking.text(&ack.body) != ack.body,
            body: masking.text(&ack.body),
        }
    }
}

fn words(lang: Lang, sms: bool, verdict: &str, why: Option<&str>) -> String {
    let condition = match why.unwrap_or_default() {
        "asks" => lang.t("询问的种类", "what is asked"),
        "x" => lang.t("X 号码", "X"),
        "caller" | "not_caller" if sms => lang.t("发送方", "the sender"),
        "caller" | "not_caller" => lang.t("主叫", "the caller"),
        "region" | "not_region" => lang.t("地区", "the region"),
        "time" => lang.t("时间", "the time"),
        "weekday" => lang.t("星期", "the weekday"),
        "holiday" | "not_holiday" => lang.t("日期名单", "the list of days"),
        "binding" => lang.t("绑定", "the binding"),
        "answer" => lang.t("它的应答不能给平台", "the platform would not take its answer"),
        "trial" => lang.t("试算未实际调用", "not called in a trial"),
        other => Asking::parse(other).map_or(other, |asking| asking.word().get(lang)),
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
    pub(crate) fn sample(lang: Lang) -> Self {
        let answer = Answer {
            action: decisions::badge(lang, crate::domain::DecisionAction::Connect),
            rule: None,
            binding: Some(128),
            steps: vec![
                (1, "night".to_owned(), words(lang, false, "unmet", Some("time"))),
                (2, "boss".to_owned(), words(lang, false, "unmet", Some("caller"))),
                (3, "crm".to_owned(), words(lang, false, "not_for", Some("trial"))),
            ],
            status: 200,
            content_type: "application/json;charset=UTF-8".to_owned(),
            body: r#"{"operation":"connect","connectInfo":[{"displayCalleeNum":"+8675528780808"}]}"#.to_owned(),
            masked: false,
        };
        Self { x: "075528780808".to_owned(), caller: "13812340021".to_owned(), answer: Some(answer), ..Self::default() }
    }
}
