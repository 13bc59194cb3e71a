//! Checks a decision: every field of its answer against the documented length and format.
//!
//! Bindings and rules are checked before they are stored, and decisions of the company's own system when
//! they come, so that no invalid answer is sent: the platform would hang up and not say why. Lengths are
//! characters, as documented.

use crate::domain::{CallDecision, Connect, Decision, PhoneNumber, SmsDecision, Text, Wording};
use crate::platforms::InvalidAnswer;

/// Minutes, as the page of `connectInfo` documents.
const MINUTES_MAX: u16 = 1_440;
/// Characters of a number in a call's answer, and in a message's.
const CALL_NUMBER: std::ops::RangeInclusive<usize> = 4..=31;
const SMS_NUMBER: std::ops::RangeInclusive<usize> = 4..=64;
/// Characters of a file name of an announcement.
const TONE_MAX: usize = 128;
const USER_DATA_MAX: usize = 256;

pub(in crate::platforms) fn check(decision: &Decision) -> Result<(), InvalidAnswer> {
    match decision {
        Decision::Call(CallDecision::Connect(info)) => connect(info),
        Decision::Call(CallDecision::Close { tone: file, user_data: echoed }) => {
            tone("close_tone", file.as_deref())?;
            user_data(echoed.as_deref())
        }
        Decision::Sms(SmsDecision::Forward { to, from }) => {
            number("to", to, SMS_NUMBER)?;
            sender(from)
        }
        Decision::Sms(SmsDecision::Discard) => Ok(()),
    }
}

fn connect(info: &Connect) -> Result<(), InvalidAnswer> {
    number("callee", &info.callee, CALL_NUMBER)?;
    if let Some(display) = &info.display {
        number("display", display, CALL_NUMBER)?;
    }
    if info.max_minutes.is_some_and(|minutes| minutes > MINUTES_MAX) {
        return refuse(
            "max_minutes",
            Wording::new(format!("最多 {MINUTES_MAX} 分钟"), format!("is at most {MINUTES_MAX} minutes")),
        );
    }
    tone("hint_tone", info.hint_tone.as_deref())?;
    tone("wait_tone", info.wait_tone.as_deref())?;
    tone("last_minute_tone", info.last_minute_tone.as_deref())?;
    if info.record && info.hint_tone.is_none() {
        return refuse(
            "hint_tone",
            Text::new(
                "录音通话必须以提示音开头，否则会被运营商拦截",
                "must name the announcement that a recorded call begins with: carriers block recorded calls without one",
            ),
        );
    }
    if info.last_minute_tone.is_some() && info.max_minutes.is_none_or(|minutes| minutes < 2) {
        return refuse(
            "last_minute_tone",
            Text::new(
                "须同时把最长分钟设为 2 以上：它在结束前一分钟播放",
                "goes with max_minutes of 2 and more: it is played a minute before the end",
            ),
        );
    }
    user_data(info.user_data.as_deref())
}

/// The global format: `+`, country code, number; of China without the trunk 0.
fn number(
    field: &'static str,
    number: &PhoneNumber,
    length: std::ops::RangeInclusive<usize>,
) -> Result<(), InvalidAnswer> {
    let text = number.reveal();
    let digits = text.strip_prefix('+').unwrap_or_default();
    let global = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    if !global || !length.contains(&text.len()) {
        return refuse(
            field,
            Wording::new(
                format!(
                    "应为带国家码的号码，{} 到 {} 个字符，如 +8613800000021 或 +8675528780808",
                    length.start(),
                    length.end()
                ),
                format!(
                    "is a number with its country code, {} to {} characters, such as +8613800000021 or +8675528780808",
                    length.start(),
                    length.end()
                ),
            ),
        );
    }
    match digits.strip_prefix("86") {
        Some(national) if national.starts_with('0') => {
            let rule = "has no 0 between +86 and the area code: +8675528780808";
            refuse(field, Text::new("+86 与区号之间没有 0：+8675528780808", rule))
        }
        Some(national) if national.starts_with('1') && national.len() == 11 => Ok(()),
        Some(national) if !national.starts_with('1') && (5..=12).contains(&national.len()) => Ok(()),
        Some(national) if national.starts_with("10") && (9..=11).contains(&national.len()) => Ok(()),
        Some(_) => {
            let rule = "is no number of China: a mobile has 11 digits after +86, a landline 9 to 11";
            refuse(field, Text::new("不是中国的号码：+86 之后手机为 11 位，固话为 9 到 11 位", rule))
        }
        None => Ok(()),
    }
}

/// The sender is repeated as in the question: senders of services are not subscribers' numbers.
fn sender(number: &PhoneNumber) -> Result<(), InvalidAnswer> {
    let digits = number.reveal().strip_prefix('+').unwrap_or(number.reveal());
    let fits = !digits.is_empty() && number.reveal().len() <= *SMS_NUMBER.end();
    if !fits || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let most = SMS_NUMBER.end();
        let (zh, en) = (format!("应为号码，最多 {most} 个字符"), format!("is a number of at most {most} characters"));
        return refuse("from", Wording::new(zh, en));
    }
    Ok(())
}

fn tone(field: &'static str, name: Option<&str>) -> Result<(), InvalidAnswer> {
    let Some(name) = name else { return Ok(()) };
    let chars = name.chars().count();
    if name.trim().is_empty() || chars > TONE_MAX || name.chars().any(char::is_control) {
        let rule = Wording::new(
            format!("应为已审核放音文件的文件名，1 到 {TONE_MAX} 个字符"),
            format!("is the file name of an approved announcement, 1 to {TONE_MAX} characters"),
        );
        return refuse(field, rule);
    }
    Ok(())
}

fn user_data(text: Option<&str>) -> Result<(), InvalidAnswer> {
    let Some(text) = text else { return Ok(()) };
    if text.len() > USER_DATA_MAX {
        let (zh, en) = (format!("最多 {USER_DATA_MAX} 个字符"), format!("has at most {USER_DATA_MAX} characters"));
        return refuse("user_data", Wording::new(zh, en));
    }
    if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'{' && byte != b'}') {
        let rule = "holds no braces and nothing but ASCII: write anything else as Base64";
        return refuse("user_data", Text::new("只能是 ASCII 字符且不含花括号：其他内容请用 Base64", rule));
    }
    Ok(())
}

fn refuse(field: &'static str, rule: impl Into<Wording>) -> Result<(), InvalidAnswer> {
    Err(InvalidAnswer { field, rule: rule.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Connect {
        Connect {
            callee: PhoneNumber::from_stored("+8613800000021"),
            display: None,
            max_minutes: Some(60),
            record: true,
            hint_tone: Some("hint.wav".to_owned()),
            wait_tone: None,
            last_minute_tone: Some("last.wav".to_owned()),
            user_data: Some("order=17".to_owned()),
        }
    }

    fn refused(connect: Connect) -> Option<&'static str> {
        field(&Decision::Call(CallDecision::Connect(Box::new(connect))))
    }

    fn field(decision: &Decision) -> Option<&'static str> {
        let error = check(decision).err()?;
        assert!(error.rule.is_in_both(), "{:?}", error.rule);
        Some(error.field)
    }

    #[test]
    fn what_keeps_every_rule_is_let_through() {
        assert_eq!(refused(good()), None);
        for callee in ["+8675528780808", "+861088886666", "+85212345678", "+8695188"] {
            let callee = PhoneNumber::from_stored(callee);
            assert_eq!(refused(Connect { callee: callee.clone(), ..good() }), None, "{}", callee.reveal());
        }
    }

    #[test]
    fn each_rule_names_its_field() {
        for callee in ["13800000021", "+86", "+8607552878080", "+861380000002", "+86138****0021", "+012345", "abc", "+"]
        {
            let callee = PhoneNumber::from_stored(callee);
            assert_eq!(refused(Connect { callee: callee.clone(), ..good() }), Some("callee"), "{}", callee.reveal());
        }
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(refused(Connect { max_minutes: Some(1_441), ..good() }), Some("max_minutes"));
        assert_eq!(refused(Connect { hint_tone: None, ..good() }), Some("hint_tone"));
        assert_eq!(refused(Connect { wait_tone: text(""), ..good() }), Some("wait_tone"));
        assert_eq!(refused(Connect { wait_tone: text(&"w".repeat(129)), ..good() }), Some("wait_tone"));
        assert_eq!(refused(Connect { max_minutes: None, ..good() }), Some("last_minute_tone"));
        for user_data in ["{x}", "订单", "a\nb", &"d".repeat(257)] {
            assert_eq!(refused(Connect { user_data: text(user_data), ..good() }), Some("user_data"));
        }
        let display = Some(PhoneNumber::from_stored("95188"));
        assert_eq!(refused(Connect { display, ..good() }), Some("display"));
    }

    #[test]
    fn messages_and_announcements_have_rules_too() {
        let number = |text: &str| PhoneNumber::from_stored(text);
        let forward =
            |to: &str| field(&Decision::Sms(SmsDecision::Forward { to: number(to), from: number("+8613800000001") }));
        assert_eq!(forward("+8613800000021"), None);
        assert_eq!(forward("13800000021"), Some("to"));
        let of_service = |from: &str| {
            field(&Decision::Sms(SmsDecision::Forward { to: number("+8613800000021"), from: number(from) }))
        };
        assert_eq!((of_service("1069012345678"), of_service("+861069012345678")), (None, None));
        assert_eq!(of_service("Company"), Some("from"));
        let close =
            |tone: &str| field(&Decision::Call(CallDecision::Close { tone: Some(tone.to_owned()), user_data: None }));
        assert_eq!(close("busy.wav"), None);
        for blank in [" \u{7}", " ", "\u{3000}"] {
            assert_eq!(close(blank), Some("close_tone"), "{blank:?}");
        }
    }
}
