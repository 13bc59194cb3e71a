//! The small parts of an item, stored compactly: there are tens of millions of them.
//!
//! | part | written |
//! | --- | --- |
//! | an instant whose text says it, by [`instant_of`] | the text: `"2026-11-20 08:00:00"` |
//! | any other | `{"at":"…","text":"…"}`, without `at` where the text is no time |
//! | an identity, 64 random bits | eleven letters of Base64 instead of twenty digits |
//!
//! Which text is which instant is part of the encoding and must never change.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::{PhoneNumber, Stamp};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum StampWire {
    /// The text gives the instant, or there is none.
    Text(String),
    /// The instant is known from elsewhere.
    Both {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<String>,
        text: String,
    },
}

impl From<&Stamp> for StampWire {
    fn from(stamp: &Stamp) -> Self {
        let text = stamp.text.clone();
        if instant_of(&text) == stamp.at {
            return Self::Text(text);
        }
        Self::Both { at: stamp.at.map(|at| at.to_string()), text }
    }
}

impl From<StampWire> for Stamp {
    fn from(wire: StampWire) -> Self {
        match wire {
            StampWire::Text(text) => Self { at: instant_of(&text), text },
            StampWire::Both { at, text } => Self { at: at.and_then(|at| at.parse().ok()), text },
        }
    }
}

/// Parses RFC 3339; `2026-11-20 08:00:00` as UTC (Huawei); `20261120160000` as China time (玖云).
fn instant_of(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let zone = |hours| TimeZone::fixed(Offset::constant(hours));
    let civil = |format, hours| DateTime::strptime(format, text).ok()?.to_zoned(zone(hours)).ok();
    let at = match text.len() {
        19 => civil("%Y-%m-%d %H:%M:%S", 0),
        14 => civil("%Y%m%d%H%M%S", 8),
        _ => None,
    };
    at.map(|at| at.timestamp())
}

pub(super) struct IdentityWire(pub(super) u64);

impl Serialize for IdentityWire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0.to_be_bytes()))
    }
}

impl<'de> Deserialize<'de> for IdentityWire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        bytes.map(|bytes| Self(u64::from_be_bytes(bytes))).ok_or_else(|| serde::de::Error::custom("no identity"))
    }
}

pub(super) fn text(number: Option<&PhoneNumber>) -> Option<String> {
    number.map(|number| number.reveal().to_owned())
}

pub(super) fn number(text: Option<String>) -> Option<PhoneNumber> {
    text.map(PhoneNumber::from_stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(at: Option<&str>, text: &str) -> Stamp {
        Stamp { at: at.map(|at| at.parse().unwrap()), text: text.to_owned() }
    }

    #[test]
    fn an_instant_is_its_text_where_that_says_it_and_the_same_when_read() {
        for (stamp, written) in [
            (stamp(Some("2026-11-20T08:00:00Z"), "2026-11-20 08:00:00"), r#""2026-11-20 08:00:00""#),
            (stamp(Some("2026-11-20T08:00:00Z"), "20261120160000"), r#""20261120160000""#),
            (stamp(Some("2026-11-20T08:00:00.5Z"), "2026-11-20T08:00:00.500Z"), r#""2026-11-20T08:00:00.500Z""#),
            (stamp(None, "no time"), r#""no time""#),
            (
                stamp(Some("2026-11-20T00:00:00Z"), "2026-11-20 08:00:00"),
                r#"{"at":"2026-11-20T00:00:00Z","text":"2026-11-20 08:00:00"}"#,
            ),
            (stamp(None, "2026-11-20 08:00:00"), r#"{"text":"2026-11-20 08:00:00"}"#),
        ] {
            let wire = StampWire::from(&stamp);
            let text = serde_json::to_string(&wire).unwrap();
            assert_eq!(text, written);
            assert_eq!(Stamp::from(serde_json::from_str::<StampWire>(&text).unwrap()), stamp);
        }
    }

    #[test]
    fn an_identity_is_eleven_letters() {
        for identity in [0, 7, u64::MAX, 1_682_157_145_290_878_586] {
            let text = serde_json::to_string(&IdentityWire(identity)).unwrap();
            assert_eq!(text.len(), 13, "{text}");
            assert_eq!(serde_json::from_str::<IdentityWire>(&text).unwrap().0, identity);
        }
    }
}
