//! What may be wrong with rules, in words of the reader's language.
//!
//! The control room says it once, in English and by the names of the notation, for programs; a
//! person gets the names of the boxes. Figures and names in a refusal are carried over.

use super::binding_words;
use super::rule_form::RuleForm;
use crate::control::RuleError;
use crate::domain::Lang;

/// Refusals as they begin, or by what they hold, and in Chinese: `{}` is the next figure of the
/// refusal, `“”` the value that it names.
const WHY: [(&str, &str); 18] = [
    ("has 1 to", "应为 {} 到 {} 个字符"),
    ("is another rule's already", "与另一条规则重名"),
    ("decides about a call only", "只能用于来电"),
    ("decides about a sms only", "只能用于短信"),
    ("write a whole number", "“”不对：请写全号，或带星号的开头，如 +86755*"),
    ("it is no area code", "“”既不是区号，也不是号码名单"),
    ("there is no such list of days", "“”不是日期名单"),
    ("write HH:MM", "请写成 22:00-07:00，起止不能相同"),
    ("has days from", "应为周一到周日"),
    ("has at most", "最多 {} 个值：更多的请放进名单"),
    ("cannot be asked: without TLS", "不能询问：只有本机可以用 http://，其他请用 https://"),
    ("cannot be asked: a name and a password", "不能询问：地址里不能有用户名和密码"),
    ("cannot be asked", "不能询问：地址以 https:// 开头，有主机名"),
    ("is an address such as", "应为地址，如 https://calls.example.com/route"),
    ("asks nobody in time", "来不及询问：时限应为 {} 毫秒以上"),
    ("milliseconds: the deadline", "应为 {} 到 {} 毫秒：时限为 {}，其中 {} 毫秒用于保存应答"),
    ("deadline_ms is", "时限应为 {} 到 {} 毫秒"),
    ("an app has at most", "一个应用最多 {} 条规则"),
];

/// Why rules cannot be kept.
pub(super) fn wrong(lang: Lang, error: &RuleError) -> String {
    match (lang, error) {
        (Lang::En, RuleError::Set(why)) => why.clone(),
        (Lang::Zh, RuleError::Set(why)) => chinese(why),
        (_, RuleError::Rule { rule, name, field, why }) => {
            let field = label(lang, field);
            match lang {
                Lang::En => format!("Rule {rule} ({name}), {field}: {why}."),
                Lang::Zh => format!("规则 {rule}（{name}）的“{field}”：{}。", chinese(why)),
            }
        }
    }
}

/// The box that a field is entered in.
fn label(lang: Lang, field: &str) -> String {
    let form = RuleForm::of(lang, 0, None);
    let (boxes, name) = match field.split_once('.') {
        Some(("when", name)) => (form.when, name),
        Some(("then", name)) => (form.then, name),
        _ => (Vec::new(), field),
    };
    let label = boxes.iter().find(|known| known.name == name).map(|known| known.label);
    label
        .unwrap_or(match name {
            "name" => lang.t("名称", "name"),
            "weekday" => lang.t("星期", "weekday"),
            "then" => lang.t("怎么做", "what to do"),
            other => other,
        })
        .to_owned()
}

fn chinese(why: &str) -> String {
    let Some((_, words)) = WHY.iter().find(|(known, _)| why.contains(known)) else { return binding_words::rule(why) };
    let mut said = (*words).to_owned();
    for figure in why.split(|c: char| !c.is_ascii_digit()).filter(|figure| !figure.is_empty()) {
        said = said.replacen("{}", figure, 1);
    }
    let named = why.split('"').nth(1).unwrap_or_default();
    said.replacen("“”", &format!("“{named}”"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_rule(field: &str, why: &str) -> String {
        let error = RuleError::Rule { rule: 2, name: "crm".to_owned(), field: field.to_owned(), why: why.to_owned() };
        wrong(Lang::Zh, &error)
    }

    #[test]
    fn a_refusal_names_the_box_and_carries_figures_and_values_over() {
        let why = "is 50 to 700 milliseconds: the deadline is 800, and 100 are ours";
        let said = "规则 2（crm）的“最多等待毫秒”：应为 50 到 700 毫秒：时限为 800，其中 100 毫秒用于保存应答。";
        assert_eq!(of_rule("then.timeout_ms", why), said);
        let why = "has \"nope\": it is no area code, and there is no such list of numbers";
        assert_eq!(of_rule("when.region", why), "规则 2（crm）的“主叫来自”：“nope”既不是区号，也不是号码名单。");
        assert_eq!(of_rule("name", "is another rule's already"), "规则 2（crm）的“名称”：与另一条规则重名。");
        let set = RuleError::Set("deadline_ms is 50 to 5000 milliseconds".to_owned());
        assert_eq!(wrong(Lang::Zh, &set), "时限应为 50 到 5000 毫秒");
    }
}
