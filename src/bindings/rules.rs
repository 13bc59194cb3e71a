//! Checks of a binding before it is kept.
//!
//! Rules for all platforms: numbers are numbers, parties differ, a span begins before it ends. The
//! provider checks what its platform accepts.

use super::BindingError;
use crate::domain::{App, BindingKind, BindingTerms, CallDecision, Decision, PhoneNumber, Text};
use crate::platforms::{self, InvalidAnswer};

/// The longest extension, as documented for AXE.
const EXTENSION_MAX: usize = 4;
/// The platform's own id, as documented for `subscriptionId`.
const PLATFORM_ID_MAX: usize = 64;

pub(super) fn check(app: &App, terms: &BindingTerms) -> Result<(), BindingError> {
    let numbers = [("a", Some(&terms.a)), ("x", Some(&terms.x)), ("b", terms.b.as_ref()), ("y", terms.y.as_ref())];
    for (field, number) in numbers {
        let Some(number) = number else { continue };
        let digits = number.reveal().strip_prefix('+').unwrap_or(number.reveal());
        if digits.len() < 4 || digits.len() > 30 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return refuse(
                field,
                Text::new(
                    "应为 4 到 30 位的电话号码，如 +8613800000021",
                    "is a phone number of 4 to 30 digits, such as +8613800000021",
                ),
            );
        }
    }
    if terms.b.as_ref() == Some(&terms.a) {
        return refuse(
            "b",
            Text::new("不能与 A 相同：没有人与自己绑定", "is another number than a: nobody is bound to themselves"),
        );
    }
    let private: Vec<&PhoneNumber> = [Some(&terms.x), terms.y.as_ref()].into_iter().flatten().collect();
    if private.contains(&&terms.a) || terms.b.as_ref().is_some_and(|b| private.contains(&b)) {
        return refuse(
            "x",
            Text::new("应为隐私号，不能是某一方的号码", "is a privacy number, not the number of one of the parties"),
        );
    }
    if terms.y.as_ref() == Some(&terms.x) {
        return refuse("y", Text::new("应与 X 不同", "is another privacy number than x"));
    }
    if let Some(extension) = &terms.extension {
        let digits = extension.bytes().all(|byte| byte.is_ascii_digit());
        if extension.is_empty() || extension.len() > EXTENSION_MAX || !digits {
            return refuse("extension", Text::new("应为 1 到 4 位数字", "has 1 to 4 digits"));
        }
    }
    if let (Some(from), Some(to)) = (terms.valid_from, terms.valid_to)
        && from >= to
    {
        return refuse("valid_to", Text::new("应晚于生效时间", "comes after valid_from"));
    }
    if terms.platform_id.as_ref().is_some_and(|id| id.is_empty() || id.len() > PLATFORM_ID_MAX) {
        return refuse("platform_id", Text::new("应为 1 到 64 个字符", "has 1 to 64 characters"));
    }
    of_kind(terms)?;
    answers(app, terms)
}

fn of_kind(terms: &BindingTerms) -> Result<(), BindingError> {
    match terms.kind {
        BindingKind::Axb if terms.b.is_none() => refuse("b", Text::new("AXB 模式必填", "is needed for axb")),
        BindingKind::Axe if terms.extension.is_none() => {
            refuse("extension", Text::new("AXE 模式必填", "is needed for axe"))
        }
        BindingKind::Axyb if terms.b.is_some() != terms.y.is_some() => {
            refuse("y", Text::new("AXYB 模式中须与 B 一起填写", "and b come together in axyb"))
        }
        BindingKind::Ax if terms.b.is_some() => refuse(
            "b",
            Text::new("AX 模式不填：谁呼 X 都接到 A", "has no place in ax: everybody who calls x reaches a"),
        ),
        BindingKind::X if terms.extension.is_some() => refuse(
            "extension",
            Text::new(
                "X 模式不填：平台在此模式不收号",
                "has no place in x: the platform does not ask for digits there",
            ),
        ),
        _ => of_no_use(terms),
    }
}

/// Refuses fields that the mode ignores: they would be kept and have no effect.
fn of_no_use(terms: &BindingTerms) -> Result<(), BindingError> {
    // The platform accepted its own bindings.
    if terms.platform_id.is_some() {
        return Ok(());
    }
    match terms.kind {
        BindingKind::Ax | BindingKind::Axb | BindingKind::Axe if terms.y.is_some() => refuse(
            "y",
            Text::new(
                "只用于 AXYB 和 X 模式，请清空，或改选模式",
                "has a place in axyb and x only: leave it out, or say another kind",
            ),
        ),
        BindingKind::Ax | BindingKind::Axb | BindingKind::Axyb if terms.extension.is_some() => refuse(
            "extension",
            Text::new(
                "只用于 AXE 模式，请清空，或改选模式",
                "has a place in axe only: leave it out, or say another kind",
            ),
        ),
        BindingKind::X if terms.y.is_some() && terms.b.is_none() => {
            refuse("y", Text::new("须与 B 一起填写：A 呼 Y 接到 B", "comes with b: a calls y to reach b"))
        }
        _ => Ok(()),
    }
}

/// Checks that the platform would accept the answers of this binding.
fn answers(app: &App, terms: &BindingTerms) -> Result<(), BindingError> {
    // The platform does not ask about bindings of its own, and accepted their fields.
    if terms.platform_id.is_some() {
        return Ok(());
    }
    let Some(provider) = platforms::by_id(app.provider).filter(|provider| provider.asks()) else { return Ok(()) };
    for (field, party) in [("a", Some(&terms.a)), ("b", terms.b.as_ref())] {
        let Some(party) = party else { continue };
        let decision = Decision::Call(CallDecision::Connect(Box::new(terms.connect(party))));
        provider.check(&decision).map_err(|error| {
            let field = if error.field == "callee" { field } else { error.field };
            BindingError::Invalid(InvalidAnswer { field, ..error })
        })?;
    }
    Ok(())
}

fn refuse(field: &'static str, rule: Text) -> Result<(), BindingError> {
    Err(BindingError::Invalid(InvalidAnswer { field, rule: rule.into() }))
}
