//! Samples with the times of now, for test callbacks.
//!
//! A sample sent twice would be a repeat, and sent a month later a call of a month ago. So every time in
//! it moves by the same span, in its own notation and zone, until the latest is [`AGE`] old, and ids
//! without a time end in digits of the instant. Nothing else changes.

use std::ops::Range;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::{Item, Provider, Sample, Verified};
use crate::domain::{AppId, Callback};

/// The age of the latest instant: some samples have a field one second later, and nothing may lie in the
/// future.
const AGE: SignedDuration = SignedDuration::from_secs(2);
/// Characters at the end of an id that are replaced.
const ID_TAIL: usize = 12;

/// `app_key` replaces the sample's, so that the callback is not taken for another application's.
#[must_use]
pub fn fresh(provider: &dyn Provider, sample: &Sample, app_key: Option<&str>, now: Timestamp) -> String {
    let said = Said::by(provider, sample);
    let mut body = match said.latest.and_then(|latest| now.checked_sub(AGE).ok().map(|now| now.duration_since(latest)))
    {
        Some(span) => moved(sample.body, span),
        None => sample.body.to_owned(),
    };
    let digits = format!("{:0width$x}", now.as_microsecond() & ((1 << (4 * ID_TAIL)) - 1), width = ID_TAIL);
    for id in said.ids.iter().filter(|id| id.len() > ID_TAIL && id.is_ascii()) {
        body = body.replace(id.as_str(), &format!("{}{digits}", &id[..id.len() - ID_TAIL]));
    }
    if let Some(key) = app_key.filter(|key| key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))) {
        for name in said.applications.iter().filter(|name| !name.is_empty()) {
            body = body.replace(name.as_str(), key);
        }
    }
    body
}

/// A record, which makes a whole call; otherwise the first sample.
#[must_use]
pub fn telling(provider: &dyn Provider) -> Option<&'static Sample> {
    let samples = provider.samples();
    samples.iter().find(|sample| Said::by(provider, sample).records > 0).or_else(|| samples.first())
}

#[derive(Default)]
struct Said {
    latest: Option<Timestamp>,
    ids: Vec<String>,
    applications: Vec<String>,
    records: usize,
}

impl Said {
    fn by(provider: &dyn Provider, sample: &Sample) -> Self {
        let callback = Callback {
            app: AppId::NONE,
            provider: provider.id(),
            received_at: Timestamp::UNIX_EPOCH,
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            tail: String::new(),
            target: String::new(),
            hosts: Vec::new(),
            headers: vec![("content-type".to_owned(), sample.content_type.to_owned())],
            body: sample.body.as_bytes().to_vec(),
        };
        let Ok(decoded) = provider.decode(&Verified::from_journal(&callback)) else { return Self::default() };
        let mut said = Self { applications: decoded.applications, ..Self::default() };
        for item in &decoded.items {
            let stamps = match item {
                Item::Event(event) => {
                    said.ids.push(event.key.session.reveal().to_owned());
                    [&event.at, &None, &None, &None]
                }
                Item::Record(record) => {
                    said.records += 1;
                    said.ids.push(record.key.session.reveal().to_owned());
                    [&record.setup_at, &record.alerting_at, &record.answered_at, &record.released_at]
                }
                Item::Sms(sms) => {
                    said.ids.push(sms.sms_id.clone());
                    [&sms.at, &None, &None, &None]
                }
                Item::Number(_) => continue,
            };
            let instants = stamps.into_iter().flatten().filter_map(|stamp| stamp.at);
            said.latest = instants.chain(said.latest).max();
        }
        said.ids.sort_unstable();
        said.ids.dedup();
        said
    }
}

fn moved(text: &str, span: SignedDuration) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    while let Some((place, form, at)) = next_time(text, rest) {
        out.push_str(&text[rest..place.start]);
        let whole = SignedDuration::from_secs(span.as_secs());
        let later = at.checked_add(whole).unwrap_or(at);
        out.push_str(&later.strftime(form).to_string());
        rest = place.end;
    }
    out.push_str(&text[rest..]);
    out
}

/// The first time from `from` on, with its notation. A run of digits counts only if it is exactly as long
/// as a time.
fn next_time(text: &str, from: usize) -> Option<(Range<usize>, &'static str, DateTime)> {
    const FORMS: [(&str, &str); 3] = [
        ("dddd-dd-dd dd:dd:dd", "%Y-%m-%d %H:%M:%S"),
        ("dddd-dd-ddTdd:dd:dd", "%Y-%m-%dT%H:%M:%S"),
        ("dddddddddddddd", "%Y%m%d%H%M%S"),
    ];
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (from..bytes.len()).filter(|at| digit(*at) && !(*at > 0 && digit(at - 1))).find_map(|start| {
        FORMS.iter().find_map(|(shape, form)| {
            let end = start + shape.len();
            let fits = shape.bytes().enumerate().all(|(at, wanted)| match wanted {
                b'd' => digit(start + at),
                other => bytes.get(start + at) == Some(&other),
            });
            let at = (fits && !digit(end)).then(|| DateTime::strptime(form, &text[start..end]).ok())??;
            Some((start..end, *form, at))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms;

    fn now() -> Timestamp {
        "2027-03-01T18:30:05.250Z".parse().unwrap()
    }

    fn decode(provider: &dyn Provider, sample: &Sample, body: &str) -> Said {
        Said::by(provider, &Sample { body: Box::leak(body.to_owned().into_boxed_str()), ..*sample })
    }

    #[test]
    fn every_sample_of_every_platform_happens_now_and_never_later() {
        for provider in platforms::ALL {
            for sample in provider.samples() {
                let body = fresh(*provider, sample, None, now());
                let said = decode(*provider, sample, &body);
                let was = Said::by(*provider, sample);
                assert_eq!(said.latest.is_some(), was.latest.is_some(), "{}", sample.name);
                if let Some(latest) = said.latest {
                    let age = now().duration_since(latest).as_secs();
                    assert!((2..=3).contains(&age), "{}: {latest} in {body}", sample.name);
                }
                assert!(!body.contains("2026-11-2"), "{}: a time stayed behind in {body}", sample.name);
            }
        }
    }

    #[test]
    fn two_tests_never_name_one_call_or_message() {
        let later = now() + SignedDuration::from_secs(60);
        for provider in platforms::ALL {
            for sample in provider.samples() {
                let ids = |at| decode(*provider, sample, &fresh(*provider, sample, None, at)).ids;
                let (first, second) = (ids(now()), ids(later));
                assert!(first.iter().all(|id| !second.contains(id)), "{}: {first:?}", sample.name);
                let was = Said::by(*provider, sample).ids;
                assert_eq!(first.len(), was.len(), "{}", sample.name);
                assert!(first.iter().all(|id| !was.contains(id)), "{}: {first:?}", sample.name);
            }
        }
    }

    #[test]
    fn a_test_names_the_apps_own_key() {
        for provider in platforms::ALL {
            for sample in provider.samples() {
                let said = decode(*provider, sample, &fresh(*provider, sample, Some("my-Key_1"), now()));
                assert!(said.applications.iter().all(|name| name.is_empty() || name == "my-Key_1"), "{}", sample.name);
                // A key that needs escaping is left out.
                let odd = decode(*provider, sample, &fresh(*provider, sample, Some("<&\""), now()));
                assert_eq!(odd.applications, Said::by(*provider, sample).applications);
            }
        }
    }

    #[test]
    fn each_platform_has_a_sample_that_makes_a_whole_call() {
        for provider in platforms::ALL {
            let sample = telling(*provider).unwrap();
            assert!(Said::by(*provider, sample).records > 0, "{}", sample.name);
        }
    }
}
