//! The boxes above the call list: what the address asks for, as a form, and its filters one by
//! one, each with a link that takes it away.
//!
//! It only mirrors the address; what an address means is for the API's reader alone to say.

use super::parts::local;
use super::query::{input, instant};
use super::request::{Pairs, find, link};
use super::words;
use crate::domain::{CallOutcome, Lang, Product, Text};
use crate::providers;

/// A box for text.
#[derive(Debug)]
pub(super) struct TextBox {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) value: String,
    pub(super) not: bool,
    pub(super) numeric: bool,
}

/// A group of choices of which any may hold.
#[derive(Debug)]
pub(super) struct Choices {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) not: bool,
    pub(super) options: Vec<Choice>,
}

/// One choice.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// A filter that is set.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) label: String,
    /// The same list without it.
    pub(super) without: String,
}

/// The form of the call list.
#[derive(Debug)]
pub(super) struct CallForm {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) main: Vec<TextBox>,
    pub(super) more: Vec<TextBox>,
    pub(super) choices: Vec<Choices>,
    pub(super) min_talk: String,
    pub(super) max_talk: String,
    pub(super) has_recording: String,
    /// Whether a filter below the first row is set.
    pub(super) open: bool,
    pub(super) active: Vec<Active>,
}

impl CallForm {
    /// The form for an address; `apps` are the names of all apps.
    pub(super) fn of(lang: Lang, pairs: &Pairs, apps: &[String]) -> Self {
        let one = |name| find(pairs, name).unwrap_or_default().to_owned();
        let main = vec![
            text_box(
                lang,
                pairs,
                "number",
                Text::new("号码", "Number"),
                Text::new("任一方，后四位即可", "any party, last four digits"),
            ),
            text_box(
                lang,
                pairs,
                "q",
                Text::new("会话 / 订单号", "Session or order id"),
                Text::new("会话号、通话号或随路数据", "session, call id or your reference"),
            ),
        ];
        let more = vec![
            text_box(
                lang,
                pairs,
                "caller",
                Text::new("主叫", "Caller"),
                Text::new("后四位或全号", "last digits or all"),
            ),
            text_box(
                lang,
                pairs,
                "callee",
                Text::new("被叫", "Callee"),
                Text::new("后四位或全号", "last digits or all"),
            ),
            text_box(
                lang,
                pairs,
                "x",
                Text::new("X 号码", "X number"),
                Text::new("后四位或全号", "last digits or all"),
            ),
            text_box(lang, pairs, "session", Text::new("会话号", "Session"), Text::new("完全一致", "exactly")),
        ];
        let choices = vec![
            outcome_choices(lang, pairs),
            choices(pairs, "app", lang.t("应用", "App"), apps.iter().map(|a| (a.clone(), a.clone()))),
            choices(pairs, "provider", lang.t("平台", "Platform"), provider_options(lang)),
            product_choices(lang, pairs),
        ];
        let first_row = ["from", "to", "number", "not_number", "q", "not_q", "cursor", "limit"];
        Self {
            from: input(find(pairs, "from").and_then(instant)),
            to: input(find(pairs, "to").and_then(instant)),
            main,
            more,
            choices: choices.into_iter().filter(|c| !c.options.is_empty()).collect(),
            min_talk: one("min_talk"),
            max_talk: one("max_talk"),
            has_recording: one("has_recording"),
            open: pairs.iter().any(|(n, _)| !first_row.contains(&n.as_str())),
            active: active(lang, "/calls", pairs),
        }
    }
}

fn outcome_choices(lang: Lang, pairs: &Pairs) -> Choices {
    let options = CallOutcome::ALL.iter().map(|o| (o.name().to_owned(), words::outcome(*o).get(lang).to_owned()));
    choices(pairs, "outcome", lang.t("结果", "Outcome"), options)
}

fn product_choices(lang: Lang, pairs: &Pairs) -> Choices {
    let options = Product::ALL.iter().map(|p| (p.name().to_owned(), words::product(*p).get(lang).to_owned()));
    choices(pairs, "product", lang.t("产品", "Product"), options)
}

/// Every provider as a choice.
pub(super) fn provider_options(lang: Lang) -> impl Iterator<Item = (String, String)> {
    providers::ALL.iter().map(move |p| (p.id().0.to_owned(), p.title(lang).to_owned()))
}

/// A group of choices with those of the address chosen.
pub(super) fn choices(
    pairs: &Pairs,
    name: &'static str,
    label: &'static str,
    options: impl Iterator<Item = (String, String)>,
) -> Choices {
    let not_name = format!("not_{name}");
    let not = find(pairs, &not_name).is_some() && find(pairs, name).is_none();
    let wanted = if not { not_name.as_str() } else { name };
    let chosen = |value: &str| pairs.iter().any(|(n, v)| n == wanted && v == value);
    let options = options.map(|(value, label)| Choice { chosen: chosen(&value), value, label }).collect();
    Choices { name, label, not, options }
}

/// A box with the address's values in it.
pub(super) fn text_box(lang: Lang, pairs: &Pairs, name: &'static str, label: Text, hint: Text) -> TextBox {
    let not_name = format!("not_{name}");
    let not = find(pairs, &not_name).is_some() && find(pairs, name).is_none();
    let wanted = if not { not_name.as_str() } else { name };
    let values: Vec<&str> = pairs.iter().filter(|(n, _)| n == wanted).map(|(_, v)| v.as_str()).collect();
    let numeric = !matches!(name, "q" | "session");
    TextBox { name, label: label.get(lang), hint: hint.get(lang), value: values.join(", "), not, numeric }
}

/// The filters that are set, each with the list without it.
pub(super) fn active(lang: Lang, path: &str, pairs: &Pairs) -> Vec<Active> {
    let shown = |name: &str| !matches!(name, "cursor" | "limit");
    let set = pairs.iter().enumerate().filter(|(_, (name, _))| shown(name));
    set.map(|(i, (name, value))| {
        let rest: Vec<&(String, String)> =
            pairs.iter().enumerate().filter(|(n, (name, _))| *n != i && name != "cursor").map(|(_, p)| p).collect();
        let rest: Vec<(&str, &str)> = rest.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        Active { label: label(lang, name, value), without: link(path, &rest) }
    })
    .collect()
}

fn label(lang: Lang, name: &str, value: &str) -> String {
    let (bare, not) = name.strip_prefix("not_").map_or((name, ""), |bare| (bare, lang.t("非 ", "not ")));
    let title = match bare {
        "from" => lang.t("从", "from"),
        "to" => lang.t("到", "to"),
        "number" => lang.t("号码", "number"),
        "caller" => lang.t("主叫", "caller"),
        "callee" => lang.t("被叫", "callee"),
        "session" => lang.t("会话", "session"),
        "app" => lang.t("应用", "app"),
        "provider" => lang.t("平台", "platform"),
        "product" => lang.t("产品", "product"),
        "outcome" => lang.t("结果", "outcome"),
        "min_talk" => lang.t("通话秒数 ≥", "talk ≥"),
        "max_talk" => lang.t("通话秒数 ≤", "talk ≤"),
        "has_recording" => lang.t("有录音", "recording"),
        "by" => lang.t("谁", "who"),
        "action" => lang.t("动作", "what"),
        "subject" => lang.t("对象", "object"),
        other => other,
    };
    let value = match bare {
        "from" | "to" => instant(value).map_or_else(|| value.to_owned(), |t| local(t, "%Y-%m-%d %H:%M")),
        "outcome" => CallOutcome::parse(value).map_or(value, |o| words::outcome(o).get(lang)).to_owned(),
        "product" => Product::parse(value).map_or(value, |p| words::product(p).get(lang)).to_owned(),
        "has_recording" => if value == "true" { lang.t("是", "yes") } else { lang.t("否", "no") }.to_owned(),
        _ => value.to_owned(),
    };
    format!("{not}{title} {value}")
}
