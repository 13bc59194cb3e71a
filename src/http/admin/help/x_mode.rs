//! 帮助 › X 模式 Help, X mode: what decides while the phone rings, and the contract with the
//! company's own system.
//!
//! Bounds come from [`crate::limits`] and the contract from [`crate::control::contract`], so that
//! they cannot say anything else than the code does. Names of fields stand in backticks and are
//! shown as code.

use askama::Template;

use crate::control::contract::{self, ContractAnswer, ContractField};
use crate::domain::{Asking, Lang, Text};
use crate::http::admin::parts::Coded;
use crate::http::admin::reply;
use crate::http::admin::request::Request;
use crate::http::admin::rules::decisions;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::limits::{
    ASK_ANSWER_MAX, ASK_AT_ONCE, ASK_FAILURES, ASK_REST, DECISION_DEADLINE_MS, DECISION_DEADLINES_MS, DECISION_MARGIN,
    RULE_ASK_MS, RULE_VERSIONS,
};

/// What X mode asks and what answers it.
#[derive(Debug, Template)]
#[template(path = "admin/help/x_mode.html")]
pub(crate) struct XModePage {
    view: View,
    /// Id, heading, paragraphs.
    parts: Vec<(&'static str, &'static str, Vec<Coded>)>,
    conditions: Vec<(&'static str, Coded)>,
    /// Header, what it is.
    headers: Vec<(&'static str, Coded)>,
    signing: Vec<Coded>,
    question: Vec<Row>,
    answering: Vec<Coded>,
    answers: Vec<Answered>,
    /// Word of the API, word of the pages, meaning.
    outcomes: Vec<(&'static str, &'static str, Coded)>,
    after: Vec<Coded>,
    example: [(&'static str, String); 4],
    message: &'static str,
}

/// One field.
#[derive(Debug)]
struct Row {
    name: &'static str,
    kind: &'static str,
    meaning: Coded,
}

/// One thing that may be answered.
#[derive(Debug)]
struct Answered {
    action: &'static str,
    answers: &'static str,
    meaning: Coded,
    fields: Vec<Row>,
    examples: &'static [&'static str],
}

/// What decides, in the order in which it does.
const PARTS: &[(&str, Text, &[Text])] = &[
    (
        "order",
        Text::new("谁来决定", "What decides"),
        &[
            Text::new(
                "X 模式下平台不保存绑定：每次来电、每条短信都先来询问。依次由规则决定，没有规则决定时按默认：有绑定就接通到另一方（短信转给另一方），没有绑定就挂断，短信丢弃。",
                "In X mode the platform keeps no binding: it asks about every call and message. Rules decide, in their order; what none decides the default does: a binding is followed (a message goes to its other party), and without one a call is closed and a message dropped.",
            ),
            Text::new(
                "同一个询问再来时，应答逐字节相同，重启之后也一样。每次决策都在“决策”页：询问、规则、用时、应答，以及通话后来怎样。",
                "The same question again gets the same bytes, also after a restart. Each decision is on the page Decisions: question, rule, time, answer, and what became of the call.",
            ),
        ],
    ),
    (
        "bindings",
        Text::new("绑定", "Bindings"),
        &[
            Text::new(
                "绑定说明谁通过哪个隐私号找到谁：A 呼 X 接到 B，B 呼 X 接到 A；可以只限一个方向，可以有生效和失效时间。没有 B 的绑定，谁呼 X 都接到 A。",
                "A binding says who reaches whom through which privacy number: A calls X and reaches B, B calls X and reaches A; it may go one way only and hold from one instant to another. One without B leads everybody who calls X to A.",
            ),
            Text::new(
                "同时有几个适用时，写明主叫的优先于不限主叫的，再取最新的一个。绑定不会删除，只会结束，以便以后还能说明当时为什么这样接。",
                "Where several hold, one that names the caller goes before one for everybody, then the newest. A binding is never deleted, it ends, so that a call of last month can still be explained.",
            ),
            Text::new(
                "大量绑定用 CSV 导入：在“绑定”页，或 `ringback bindings import FILE --app NAME`；不合格的行逐行说明原因，同一文件可以再导入。",
                "Many come from a CSV file: on the page Bindings, or by `ringback bindings import FILE --app NAME`; each refused line is named with its reason, and the same file may be imported again.",
            ),
        ],
    ),
    (
        "rules",
        Text::new("规则", "Rules"),
        &[
            Text::new(
                "每个应用一组有顺序的规则。从上往下看，第一条全部条件都符合、而且动作做得到的规则决定。“按绑定接通”在没有绑定时做不到；只管来电的动作（接通、挂断）不管短信，反之亦然。",
                "Each app has an ordered list. From the top, the first rule whose conditions all hold and whose action can be done decides. Following a binding cannot be done without one; what is for calls (connect, close) does nothing for a message, and the other way round.",
            ),
            Text::new(
                "条件留空就不论；一个条件有几个值时，符合一个即可；不同条件要全部符合。",
                "A condition left empty is no matter; of several values one is enough; of several conditions all must hold.",
            ),
        ],
    ),
];

/// What a rule can ask for, by the name that the API has for it.
const CONDITIONS: &[(&str, Text)] = &[
    ("asks", Text::new("`call` 来电，或 `sms` 短信。", "`call` or `sms`.")),
    (
        "x",
        Text::new(
            "被呼叫的隐私号：全号，或 `+86170*` 这样的开头。",
            "The privacy number: whole, or a beginning such as `+86170*`.",
        ),
    ),
    (
        "caller, not_caller",
        Text::new("主叫是、不是：全号或开头。", "Who calls, or must not: whole numbers or beginnings."),
    ),
    (
        "region, not_region",
        Text::new(
            "主叫来自、不来自：区号（`0755`，只看固话）或号码名单的名称。手机归属地请用号码名单。",
            "Where the caller is from, or must not be: an area code (`0755`, landlines only) or the name of a list of numbers; mobiles take a list.",
        ),
    ),
    (
        "time",
        Text::new(
            "北京时间，起点算在内，终点不算；`22:00` 到 `07:00` 跨过午夜。",
            "In Asia/Shanghai, its beginning included and its end not; `22:00` to `07:00` goes over midnight.",
        ),
    ),
    (
        "weekday, holiday, not_holiday",
        Text::new(
            "星期（1 是周一）和日期名单，看的都是询问那一刻的日期：周五 `22:00` 到 `07:00` 的规则，在周六凌晨 1 点看的是周六。要连到周六早上，星期里请把周六也选上，或写成两条规则。",
            "Days of the week (1 is Monday) and lists of days look at the date of the instant that is asked: at one o'clock on Saturday morning a rule for Friday, `22:00` to `07:00`, sees a Saturday. To go on until the morning choose Saturday too, or write two rules.",
        ),
    ),
    ("binding", Text::new("有没有绑定适用于这个主叫。", "Whether a binding answers this caller.")),
];

const SIGNING: &[Text] = &[
    Text::new(
        "按 Standard Webhooks 1.0 签名，它的各语言库都能直接核对。密钥是 `whsec_` 加 32 字节密钥的 Base64；每个应用各有一个，第一条询问规则保存时生成。“规则”页或 `ringback rules secret --app NAME` 换新并显示一次，旧的立即停用。",
        "Signed as Standard Webhooks 1.0, so any of its libraries verifies it. The secret is `whsec_` and the Base64 of a key of 32 bytes; each app has its own, made with its first rule that asks. The page Rules or `ringback rules secret --app NAME` makes another and shows it once; the old one stops being used at once.",
    ),
    Text::new(
        "核对：取请求正文的原始字节，以密钥对“`webhook-id`.`webhook-timestamp`.正文”计算 HMAC-SHA256，取 Base64，前面加 `v1,`，与 `webhook-signature` 比较；时间相差五分钟以上的不要接受。",
        "To verify it take the body's bytes as they came, HMAC-SHA256 over `webhook-id`.`webhook-timestamp`.body with the key, Base64, `v1,` in front, and compare with `webhook-signature`; refuse what is more than five minutes off.",
    ),
    Text::new(
        "地址以 `https://` 开头；只有本机可以用 `http://`。不跟随重定向。公司自己机构签发的证书，请把该机构的根证书写进配置 `[control] extra_roots` 后重启。",
        "The address begins with `https://`; `http://` is for this machine only. Redirects are not followed. For a certificate of the company's own authority put its root into `[control] extra_roots` of the configuration and restart.",
    ),
];

const HEADERS: &[(&str, Text)] = &[
    (
        "webhook-id",
        Text::new(
            "询问的标识；同一个询问再次发出时不变。",
            "Names the question; the same again where the same one is put again.",
        ),
    ),
    ("webhook-timestamp", Text::new("自 1970 年起的秒数。", "Seconds since 1970.")),
    ("webhook-signature", Text::new("签名，`v1,` 开头。", "The signature, `v1,` first.")),
];

/// `GET /help/x-mode`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    reply::page(&XModePage::new(View::of(request, Section::Help)))
}

impl XModePage {
    fn new(view: View) -> Self {
        let lang = view.lang;
        let coded = |text: &Text| Coded::new(text.get(lang));
        let mut parts: Vec<_> = PARTS
            .iter()
            .map(|(id, heading, texts)| (*id, heading.get(lang), texts.iter().map(coded).collect::<Vec<_>>()))
            .collect();
        parts.push(("trying", lang.t("名单、试算、版本", "Lists, trying, versions"), trying(lang)));
        Self {
            parts,
            conditions: CONDITIONS.iter().map(|(name, text)| (*name, coded(text))).collect(),
            headers: HEADERS.iter().map(|(name, text)| (*name, coded(text))).collect(),
            signing: SIGNING.iter().map(coded).collect(),
            question: rows(lang, contract::QUESTION),
            answering: answering(lang),
            answers: contract::ANSWERS.iter().map(|answer| Answered::new(lang, answer)).collect(),
            outcomes: outcomes(lang),
            after: after(lang),
            example: [
                ("secret", contract::EXAMPLE_SECRET.to_owned()),
                ("webhook-id", contract::EXAMPLE_ID.to_owned()),
                ("webhook-timestamp", contract::EXAMPLE_SECONDS.to_string()),
                ("webhook-signature", contract::EXAMPLE_SIGNATURE.to_owned()),
            ],
            message: contract::SMS_QUESTION,
            view,
        }
    }

    fn call(&self) -> &'static str {
        contract::CALL_QUESTION
    }
}

fn rows(lang: Lang, fields: &'static [ContractField]) -> Vec<Row> {
    let row = |field: &'static ContractField| Row {
        name: field.name,
        kind: field.kind.get(lang),
        meaning: Coded::new(field.meaning.get(lang)),
    };
    fields.iter().map(row).collect()
}

impl Answered {
    fn new(lang: Lang, answer: &'static ContractAnswer) -> Self {
        Self {
            action: answer.action,
            answers: answer.answers.get(lang),
            meaning: Coded::new(answer.meaning.get(lang)),
            fields: rows(lang, answer.fields),
            examples: answer.examples,
        }
    }
}

fn trying(lang: Lang) -> Vec<Coded> {
    let texts = [
        (
            "名单在“名单”页：日期名单（节假日，`2026-10-01` 或 `2026-10-01/2026-10-08`）和号码名单（全号，或 `1380755*` 这样的开头）。名单属于整个系统，几个应用的规则可以用同一个；改名单立即生效。".to_owned(),
            "Lists are on the page Lists: of days (holidays: `2026-10-01` or `2026-10-01/2026-10-08`) and of numbers (whole, or beginnings such as `1380755*`). They belong to the installation, so rules of several apps may look into one; a change holds at once.".to_owned(),
        ),
        (
            "“规则”页的“试一试”和 `ringback rules try` 说明哪条规则会回答、前面几条为什么没有、应答的原文，什么都不留下；可以指定时刻，勾选后才真的询问公司系统。".to_owned(),
            "Try a question, on the page Rules or by `ringback rules try`, says which rule would answer, why those before did not, and the exact bytes, and leaves no trace; it takes any instant, and asks the company's own system only where that is ticked.".to_owned(),
        ),
        (
            format!("每次修改都是一个新版本，保留最近 {RULE_VERSIONS} 个，可以恢复。"),
            format!("Each change is a version; the last {RULE_VERSIONS} are kept and can be brought back."),
        ),
    ];
    said(lang, texts)
}

fn answering(lang: Lang) -> Vec<Coded> {
    let kib = ASK_ANSWER_MAX >> 10;
    let texts = [(
        format!(
            "状态码 200，正文是一个 JSON 对象，最多 {kib} KiB；或 204 且没有正文，等于 `next`。`null` 等于没有；这里没有列出的字段被忽略，写错的字段名不会报错，请用试算核对。"
        ),
        format!(
            "Status 200 with one JSON object of at most {kib} KiB, or 204 without a body, which is the same as `next`. `null` is as good as absent; a field that is not named here is passed over, so a misspelt name is not noticed: check with a dry run."
        ),
    )];
    said(lang, texts)
}

fn outcomes(lang: Lang) -> Vec<(&'static str, &'static str, Coded)> {
    let outcome = |asking: Asking| {
        (asking.name(), decisions::asking(asking).get(lang), Coded::new(contract::outcome(asking).get(lang)))
    };
    Asking::ALL.into_iter().map(outcome).collect()
}

fn after(lang: Lang) -> Vec<Coded> {
    let (margin, rest) = (DECISION_MARGIN.as_millis(), ASK_REST.as_secs());
    let (least, most) = (DECISION_DEADLINES_MS.start(), DECISION_DEADLINES_MS.end());
    let texts = [
        (
            "凡不是有效的答复，都交给下一条规则，最后是默认。询问结果记在每次决策里：".to_owned(),
            "Whatever is no valid answer leaves the question to the next rule, and in the end to the default. How asking went is with each decision:".to_owned(),
        ),
        (
            format!("公司系统有规则里写的时间（`timeout_ms`，没有写时 {RULE_ASK_MS} 毫秒）。全部规则合起来有应用的时限（没有设置时 {DECISION_DEADLINE_MS} 毫秒，可设 {least} 到 {most}），其中 {margin} 毫秒留给保存应答。"),
            format!("The system has the time that the rule gives it (`timeout_ms`, {RULE_ASK_MS} ms unless it says otherwise). All rules together have the app's deadline ({DECISION_DEADLINE_MS} ms unless set, {least} to {most}), of which {margin} ms are for keeping the answer."),
        ),
        (
            format!("同一地址连续失败 {ASK_FAILURES} 次（超时、连不上、状态码不对、正文不是答复）后，{rest} 秒内不再询问，然后先放一个询问试试。同一地址最多 {ASK_AT_ONCE} 个询问同时等待。"),
            format!("After {ASK_FAILURES} failures in a row (late, unreachable, another status, a body that is no answer) an address is left alone for {rest} s, then tried with one question. At most {ASK_AT_ONCE} questions wait for one address."),
        ),
    ];
    said(lang, texts)
}

fn said<const N: usize>(lang: Lang, texts: [(String, String); N]) -> Vec<Coded> {
    texts.into_iter().map(|(zh, en)| Coded::new(lang.t(&zh, &en))).collect()
}

#[cfg(test)]
impl XModePage {
    pub(crate) fn sample(lang: Lang) -> Self {
        Self::new(View { here: "/help/x-mode".to_owned(), ..View::sample(lang, Section::Help) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn the_page_shows_the_whole_contract_and_names_are_set_as_code() {
        for lang in [Lang::Zh, Lang::En] {
            let html = scraper::Html::parse_document(&XModePage::sample(lang).render().unwrap());
            let fields: usize = contract::ANSWERS.iter().map(|answer| answer.fields.len()).sum();
            assert_eq!(html.select(&selector("table.contract tbody tr")).count(), fields + contract::QUESTION.len());
            assert_eq!(html.select(&selector("table.outcomes tbody tr")).count(), Asking::ALL.len());
            let text: String = html.root_element().text().collect();
            assert!(text.contains(contract::CALL_QUESTION) && text.contains(contract::EXAMPLE_SIGNATURE));
            for answer in contract::ANSWERS {
                assert!(answer.examples.iter().all(|example| text.contains(example)), "{}", answer.action);
            }
            assert!(!text.contains('`'));
        }
    }
}
