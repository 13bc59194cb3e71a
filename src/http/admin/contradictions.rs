//! Fields of a form that can contradict each other: neither is ignored silently.
//!
//! An unknown choice is refused. A new secret together with "forget the secret" is refused. The apps in
//! sight are read by `src/service/rights.rs`.

use super::request::Request;
use crate::domain::{Secret, Text};

const NOT_OFFERED: Text = Text::new(
    "选项无效，没有保存：请重新打开本页再选",
    "a choice is none of those offered, so nothing is saved: open the page again",
);

/// `None` without such a field or with an empty one.
pub(super) fn choice<T>(request: &Request, name: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Text> {
    request.field(name).map(|word| parse(word).ok_or(NOT_OFFERED)).transpose()
}

/// Reads a secret's box and its "forget" box: `Some(None)` forgets, `None` keeps.
pub(super) fn secret(request: &Request, name: &str, forget: &str) -> Result<Option<Option<Secret>>, Text> {
    match (request.field(name), request.field(forget)) {
        (Some(_), Some(_)) => Err(Text::new(
            "你填写了新的密钥，又勾选了删除：请只留一个",
            "a new secret is entered and the one kept is to be forgotten: do one of the two",
        )),
        (Some(secret), None) => Ok(Some(Some(Secret::new(secret)))),
        (None, Some(_)) => Ok(Some(None)),
        (None, None) => Ok(None),
    }
}
