//! What may be wrong with rules, in words of the reader's language.
//!
//! The control room says what would do, and names fields as the notation does; a person gets the
//! names of the boxes.

use crate::control::{Covered, RuleError};
use crate::domain::{Asks, Lang};
use crate::http::admin::rules::form::{ACTS, RuleForm};

pub(crate) fn wrong(lang: Lang, error: &RuleError) -> String {
    match error {
        RuleError::Set(why) => why.get(lang).to_owned(),
        RuleError::Rule { rule, name, field, why } => {
            let said = of_box(lang, field, why.get(lang));
            match lang {
                Lang::En => format!("Rule {rule} ({name}), {said}"),
                Lang::Zh => format!("规则 {rule}（{name}）的{said}"),
            }
        }
    }
}

pub(crate) fn gone(lang: Lang, name: &str) -> String {
    match lang {
        Lang::Zh => {
            format!("规则“{name}”刚被别人删除或改名，还没有保存。再次保存会把表单里的内容添加为一条新规则。")
        }
        Lang::En => format!(
            "Somebody removed or renamed the rule “{name}” meanwhile; nothing is saved yet. Saving again adds the \
             form as a new rule."
        ),
    }
}

pub(crate) fn covered(lang: Lang, covered: Covered) -> String {
    let by = covered.by;
    match (lang, covered.left) {
        (Lang::Zh, None) => format!("轮不到这条：前面的规则 {by} 总会先决定。"),
        (Lang::En, None) => format!("Never reached: rule {by} before it always decides."),
        (Lang::Zh, Some(Asks::Call)) => format!("只对来电有用：短信总由前面的规则 {by} 决定。"),
        (Lang::Zh, Some(Asks::Sms)) => format!("只对短信有用：来电总由前面的规则 {by} 决定。"),
        (Lang::En, Some(Asks::Call)) => format!("For calls only: rule {by} before it decides about every message."),
        (Lang::En, Some(Asks::Sms)) => format!("For messages only: rule {by} before it decides about every call."),
    }
}

pub(crate) fn of_box(lang: Lang, field: &str, why: &str) -> String {
    let field = label(lang, field);
    match lang {
        Lang::En => format!("{field}: {why}."),
        Lang::Zh => format!("“{field}”：{why}。"),
    }
}

pub(crate) fn act(lang: Lang, act: &str) -> &'static str {
    ACTS.iter().find(|(known, _)| *known == act).map_or("", |(_, label)| label.get(lang))
}

pub(crate) fn label(lang: Lang, field: &str) -> String {
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
            "record" => lang.t("接通时录音", "Record when connected"),
            "weekday" => lang.t("星期", "weekday"),
            "then" => lang.t("怎么做", "what to do"),
            other => other,
        })
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Wording;

    #[test]
    fn a_refusal_names_the_box_that_it_is_about() {
        let of = |lang, field: &str| {
            let why = Wording::new("必填", "is needed");
            wrong(lang, &RuleError::Rule { rule: 2, name: "crm".to_owned(), field: field.to_owned(), why })
        };
        assert_eq!(of(Lang::Zh, "then.timeout_ms"), "规则 2（crm）的“最多等待毫秒”：必填。");
        assert_eq!(of(Lang::Zh, "when.region"), "规则 2（crm）的“主叫或发送方来自”：必填。");
        assert_eq!(of(Lang::En, "name"), "Rule 2 (crm), name: is needed.");
        assert_eq!(of(Lang::En, "when.weekday"), "Rule 2 (crm), weekday: is needed.");
    }
}
