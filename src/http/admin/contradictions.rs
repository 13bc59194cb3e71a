//! Parts of a form that can contradict each other, read so that neither is left out in silence.
//!
//! A choice that is not among those offered is refused, never taken for another one; a secret to
//! be forgotten and a new one beside it are refused, because it is not known which was meant. The
//! apps that somebody may see have a reader of their own, `src/http/rights.rs`.

use super::request::Request;
use crate::domain::{Secret, Text};

const NOT_OFFERED: Text = Text::new(
    "选项无效，没有保存：请重新打开本页再选",
    "a choice is none of those offered, so nothing is saved: open the page again",
);

/// What was chosen; `None` where the form has no such field, or nothing in it.
pub(super) fn choice<T>(request: &Request, name: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Text> {
    request.field(name).map(|word| parse(word).ok_or(NOT_OFFERED)).transpose()
}

/// A secret's box and the tick that forgets it: `Some(None)` forgets, `None` leaves it.
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
