//! The rules that names, tokens and passwords follow; each refusal says which one.
//!
//! They are checked where something is set, never where it is used: what is in the log already
//! must stay readable when a rule becomes stricter.

use super::book::Book;
use super::{StateError, random};
use crate::domain::{Scope, Secret, Text, Wording, plain_text};
use crate::limits::{APP_TOKEN_LEN, NAME_CHARS_MAX, PASSWORD_CHARS_MIN, SECRET_BYTES_MAX};

/// A name of an app, a user or a token, without the blanks around it.
pub(super) fn name(what: Text, name: &str) -> Result<String, StateError> {
    let name = name.trim();
    let chars = name.chars().count();
    if chars == 0 || chars > NAME_CHARS_MAX {
        return Err(StateError::Invalid(Wording::new(
            format!("{}应为 1 到 {NAME_CHARS_MAX} 个字符，不能是 {chars} 个", named(what)),
            format!("the name of {} has 1 to {NAME_CHARS_MAX} characters, not {chars}", what.en),
        )));
    }
    if name
        .chars()
        .any(|c| c.is_control() || plain_text::is_unseen(c) || matches!(c, '\u{2800}' | '\u{fe00}'..='\u{fe0f}'))
    {
        return Err(StateError::Invalid(Wording::new(
            format!("{}不能含有控制字符或看不见的字符", named(what)),
            format!("the name of {} must not hold control characters or ones that are not seen", what.en),
        )));
    }
    Ok(name.to_owned())
}

/// A name of one who does things, a user or a token: as [`name()`], and none that a reader of the
/// audit trail takes for the command line or for the server itself.
pub(super) fn actor(what: Text, given: &str) -> Result<String, StateError> {
    let name = name(what, given)?;
    if RESERVED.contains(&folded(&name).as_str()) {
        return Err(StateError::Invalid(Wording::new(
            format!("“{name}”是系统保留的名称，请换一个"),
            format!("{name} is reserved; choose another name"),
        )));
    }
    Ok(name)
}

/// What nobody may be called, as [`folded`] writes it: the words by which pages, the API and the
/// command line name those who are no user and no token.
const RESERVED: [&str; 18] = [
    "commandline",
    "cli",
    "console",
    "ringback",
    "system",
    "server",
    "unknown",
    "anonymous",
    "nobody",
    "everybody",
    "none",
    "null",
    "?",
    "命令行",
    "回铃",
    "系统",
    "未知",
    "匿名",
];

/// A name by its letters: in lower case, half width, without blanks and what joins words.
fn folded(name: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    let letters = name.chars().map(narrow).filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.' | '·'));
    letters.flat_map(char::to_lowercase).collect()
}

fn named(what: Text) -> String {
    format!("{}的名称", what.zh)
}

/// An app's token as given, or a new one.
pub(super) fn app_token(given: Option<Secret>) -> Result<Secret, StateError> {
    let Some(token) = given else {
        return Ok(Secret::new(random::text::<24>()));
    };
    let letters = token.reveal().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if letters && APP_TOKEN_LEN.contains(&token.reveal().len()) {
        return Ok(token);
    }
    let (least, most) = (APP_TOKEN_LEN.start(), APP_TOKEN_LEN.end());
    Err(StateError::Invalid(Wording::new(
        format!("地址中的密钥应为 {least} 到 {most} 个字符，只能用 A-Z a-z 0-9 _ -"),
        format!("a token has {least} to {most} of the characters A-Z a-z 0-9 _ -"),
    )))
}

/// An app key, an app secret, an announcement: one line of text, or nothing when empty.
pub(super) fn line(what: Text, text: &str) -> Result<Option<String>, StateError> {
    let text = text.trim();
    if text.len() > SECRET_BYTES_MAX || text.chars().any(char::is_control) {
        return Err(StateError::Invalid(Wording::new(
            format!("{}应为一行，最多 {SECRET_BYTES_MAX} 字节，不含控制字符", what.zh),
            format!("the {} is one line of at most {SECRET_BYTES_MAX} bytes without control characters", what.en),
        )));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// As [`line()`], for a secret.
pub(super) fn secret_line(what: Text, secret: &Secret) -> Result<Option<Secret>, StateError> {
    Ok(line(what, secret.reveal())?.map(Secret::new))
}

/// A password fit for the user of this name.
pub(super) fn password(name: &str, password: &Secret) -> Result<(), StateError> {
    let text = password.reveal();
    if text.chars().count() < PASSWORD_CHARS_MIN {
        return Err(StateError::Invalid(Wording::new(
            format!("密码至少 {PASSWORD_CHARS_MIN} 个字符"),
            format!("a password has at least {PASSWORD_CHARS_MIN} characters"),
        )));
    }
    if text.len() > SECRET_BYTES_MAX {
        return Err(StateError::Invalid(Wording::new(
            format!("密码最多 {SECRET_BYTES_MAX} 字节"),
            format!("a password has at most {SECRET_BYTES_MAX} bytes"),
        )));
    }
    if text.to_lowercase() == name.to_lowercase() {
        return Err(StateError::Invalid(Wording::new(
            "密码不能与用户名相同",
            "a password must not be the user's name",
        )));
    }
    Ok(())
}

/// Apps that somebody may see: at least one, and each of them there.
pub(super) fn scope(book: &Book, scope: &Scope) -> Result<(), StateError> {
    let Scope::Apps(apps) = scope else { return Ok(()) };
    if apps.is_empty() {
        return Err(StateError::Invalid(Wording::new(
            "请至少选一个应用，或选全部",
            "name at least one app, or leave apps out for all of them",
        )));
    }
    match apps.iter().find(|app| !book.apps.contains_key(app)) {
        Some(app) => {
            Err(StateError::Invalid(Wording::new(format!("没有应用 {}", app.0), format!("there is no app {}", app.0))))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(name(Text::new("应用", "an app"), " 客服热线 ").unwrap(), "客服热线");
        assert_eq!(name(Text::new("应用", "an app"), &"名".repeat(64)).unwrap().chars().count(), 64);
        for bad in ["", "   ", "a\nb", "a\u{7f}", &"名".repeat(65)] {
            assert!(matches!(name(Text::new("应用", "an app"), bad), Err(StateError::Invalid(_))), "{bad:?}");
        }
    }

    #[test]
    fn nobody_is_called_what_looks_like_the_command_line_or_like_somebody_else() {
        let user = |given: &str| actor(Text::new("用户", "a user"), given);
        for good in ["lin", "林晓", "command", "系统管理员", "crm-sync", "Systems"] {
            assert_eq!(user(good).unwrap(), good);
        }
        for reserved in [
            "command line",
            "Command  Line",
            "ＣＯＭＭＡＮＤ　ＬＩＮＥ",
            "command_line",
            "commandline",
            "SYSTEM",
            "ringback",
            "Unknown",
            "?",
            "命令行",
        ] {
            assert!(matches!(user(reserved), Err(StateError::Invalid(_))), "{reserved:?}");
        }
        for unseen in [
            "li\u{200b}n",
            "\u{feff}lin",
            "lin\u{202e}",
            "li\u{ad}n",
            "lin\u{3164}",
            "\u{2060}lin",
            "command\u{200b}line",
        ] {
            assert!(matches!(user(unseen), Err(StateError::Invalid(_))), "{unseen:?}");
        }
    }

    #[test]
    fn tokens_are_16_to_64_letters_of_an_address() {
        assert_eq!(app_token(None).unwrap().reveal().len(), 32);
        for good in ["abcdefghij_-0123", &"A".repeat(64)] {
            assert!(app_token(Some(Secret::new(good))).is_ok(), "{good}");
        }
        for bad in ["abcdefghij_-012", &"A".repeat(65), "abcdefghijklmno/", "abcdefghijklmn 号"] {
            assert!(matches!(app_token(Some(Secret::new(bad))), Err(StateError::Invalid(_))), "{bad}");
        }
    }

    #[test]
    fn a_password_is_long_and_not_the_name() {
        assert!(password("li", &Secret::new("correct horse")).is_ok());
        assert!(password("li", &Secret::new("一二三四五六七八九十")).is_ok());
        assert!(password("li", &Secret::new("123456789")).is_err());
        assert!(password("Administrator", &Secret::new("administrator")).is_err());
    }
}
