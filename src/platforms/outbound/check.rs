//! Fields as a person gave them become a request that the platform's documents allow, or a list
//! of everything that is wrong with them.
//!
//! Only [`Request::new`] makes a [`Request`], so that nothing unchecked can be sent. A field that is
//! empty counts as left out, as forms send it. Numbers are written as the platform wants them:
//! `13800000021` becomes `+8613800000021` where a country code is asked for.

use serde_json::{Map, Value};

use super::operation::{Field, Kind, Operation, Place, Rule};
use crate::domain::{PhoneNumber, Text, many};

#[derive(Debug, Clone)]
pub struct Request {
    operation: &'static Operation,
    values: Vec<(&'static Field, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    pub field: String,
    /// The rule that it breaks, in Chinese.
    pub zh: String,
    pub en: String,
}

impl Request {
    /// Checks what was given for an operation.
    ///
    /// # Errors
    /// Everything that is wrong, each with its field.
    pub fn new(operation: &'static Operation, given: &[(String, String)]) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut values = Vec::new();
        for field in operation.fields {
            let value = given.iter().find(|(name, _)| name == field.name).map(|(_, value)| value.trim());
            match value.filter(|value| !value.is_empty()) {
                None if field.required => problems.push(problem(field.name, "必填", "is missing")),
                None => {}
                Some(value) => match read(&field.kind, value) {
                    Ok(value) => values.push((field, value)),
                    Err((zh, en)) => problems.push(FieldProblem { field: field.name.to_owned(), zh, en }),
                },
            }
        }
        for (name, value) in given {
            if !value.trim().is_empty() && !operation.fields.iter().any(|field| field.name == name) {
                problems.push(problem(name, "这个接口没有该字段", "is no field of this operation"));
            }
        }
        let request = Self { operation, values };
        // A rule about a field that is already known to be wrong would say the same thing twice.
        if problems.is_empty() {
            problems.extend(operation.rules.iter().filter_map(|rule| request.broken(rule)));
        }
        if problems.is_empty() { Ok(request) } else { Err(problems) }
    }

    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// What was given for a field, as it is sent.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(field, _)| field.name == name).map(|(_, value)| value.as_str())
    }

    pub fn values(&self) -> impl Iterator<Item = (&'static Field, &str)> {
        self.values.iter().map(|(field, value)| (*field, value.as_str()))
    }

    /// The fields that stand in the address.
    pub(in crate::platforms) fn query(&self) -> Vec<(&'static str, String)> {
        let query = self.values.iter().filter(|(field, _)| field.place == Place::Query);
        query.map(|(field, value)| (field.name, value.clone())).collect()
    }

    /// The body's object.
    pub(in crate::platforms) fn body(&self) -> Value {
        let mut body = Map::new();
        for (field, value) in &self.values {
            let value = match field.kind {
                Kind::Integer { .. } | Kind::Code(_) => value.parse::<u64>().map_or(Value::Null, Value::from),
                _ => Value::from(value.as_str()),
            };
            match field.place {
                Place::Query => {}
                Place::Body => drop(body.insert(field.name.to_owned(), value)),
                Place::Within(object) => {
                    let inner = body.entry(object).or_insert_with(|| Value::Object(Map::new()));
                    inner[field.name] = value;
                }
            }
        }
        Value::Object(body)
    }

    fn broken(&self, rule: &Rule) -> Option<FieldProblem> {
        let there = |name: &str| self.value(name).is_some();
        match rule {
            Rule::AnyOf(lists) => {
                if lists.iter().any(|list| list.iter().all(|name| there(name))) {
                    return None;
                }
                let ways: Vec<String> = lists.iter().map(|list| list.join(" + ")).collect();
                Some(FieldProblem {
                    field: ways.join(" / "),
                    zh: "至少填写其中一种".to_owned(),
                    en: "at least one of these is needed".to_owned(),
                })
            }
            Rule::Differ(one, other) => {
                let same = there(one) && self.value(one) == self.value(other);
                same.then(|| FieldProblem {
                    field: (*other).to_owned(),
                    zh: format!("不能与 {one} 相同"),
                    en: format!("is the same as {one}"),
                })
            }
        }
    }
}

fn problem(field: &str, zh: &str, en: &str) -> FieldProblem {
    FieldProblem { field: field.to_owned(), zh: zh.to_owned(), en: en.to_owned() }
}

/// The value as it is sent, or the rule that it breaks, in both languages.
fn read(kind: &Kind, value: &str) -> Result<String, (String, String)> {
    let refuse = |text: Text| (text.zh.to_owned(), text.en.to_owned());
    let length = |count: usize, least: usize, most: usize| {
        if (least..=most).contains(&count) {
            return Ok(value.to_owned());
        }
        Err((
            format!("长度应为 {least} 到 {most}，现为 {count}"),
            format!("has {}, not {least} to {most}", many(count as u64, "character", "characters")),
        ))
    };
    match *kind {
        Kind::Global { least, most } => {
            let number = PhoneNumber::parse(value).map(|number| number.reveal().to_owned()).unwrap_or_default();
            let digits = number.strip_prefix('+').unwrap_or_default();
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Err(refuse(Text::new(
                    "不是带国家码的号码，如 +8613800000021",
                    "is not a number with its country code, such as +8613800000021",
                )));
            }
            length(number.len(), least, most).map(|_| number)
        }
        Kind::National => national(value).ok_or_else(|| {
            refuse(Text::new(
                "不是 11 位手机号，也不是带区号的固话（0 开头，11 或 12 位）",
                "is neither a mobile of 11 digits nor a landline with its area code (0 first, 11 or 12 digits)",
            ))
        }),
        Kind::Text { least, most } => {
            if value.chars().any(char::is_control) {
                return Err(refuse(Text::new("含有控制字符", "has control characters")));
            }
            length(value.chars().count(), least, most)
        }
        Kind::Id { most } => {
            if !value.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(refuse(Text::new(
                    "只能是字母、数字和符号，不能有空格",
                    "takes letters, digits and marks, and no blanks",
                )));
            }
            length(value.len(), 1, most)
        }
        Kind::Digits { least, most } => {
            if !value.bytes().all(|b| b.is_ascii_digit()) {
                return Err(refuse(Text::new("只能是数字", "takes digits only")));
            }
            length(value.len(), least, most)
        }
        Kind::Integer { least, most } => {
            let number = value.parse::<u64>().ok().filter(|number| (least..=most).contains(number));
            let said =
                || (format!("应为 {least} 到 {most} 的整数"), format!("is not a whole number from {least} to {most}"));
            number.map(|number| number.to_string()).ok_or_else(said)
        }
        Kind::Choice(choices) | Kind::Code(choices) => {
            let words: Vec<&str> = choices.iter().map(|choice| choice.value).collect();
            let said = || (format!("只能是 {}", words.join("、")), format!("is not one of {}", words.join(", ")));
            if words.contains(&value) { Ok(value.to_owned()) } else { Err(said()) }
        }
    }
}

/// A Chinese number as it is dialled there.
fn national(value: &str) -> Option<String> {
    let number = PhoneNumber::parse(value)?;
    let bare = number.reveal().strip_prefix("+86")?;
    let mobile = bare.len() == 11 && bare.starts_with('1');
    let landline =
        matches!(bare.len(), 10 | 11) && !bare.starts_with('1') || bare.starts_with("10") && bare.len() == 10;
    match (mobile, landline) {
        (true, _) => Some(bare.to_owned()),
        // The trunk 0 is not part of the stored form.
        (false, true) => Some(format!("0{bare}")),
        (false, false) => None,
    }
}

pub(in crate::platforms) fn address(base: &str, path: &str, query: &[(&'static str, String)]) -> String {
    if query.is_empty() {
        return format!("{base}{path}");
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{base}{path}?{query}")
}
