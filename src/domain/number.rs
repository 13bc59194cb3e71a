//! A phone number that masks itself.
//!
//! Platforms write the same number as `13800000021`, `+8613800000021`, `8613800000021` or
//! `008613800000021`. A number becomes E.164 only where that is certain; anything else
//! (short codes, 400 numbers, masked samples such as `+86138****0021`) stays as it was sent.

use std::fmt;

/// A phone number as far as we understand it. `Debug` and `Display` mask the middle.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number as a Chinese platform writes it; `None` when nothing is left after trimming.
    ///
    /// Certain are: 11 digits that start with 1 (a mobile), 0 and an area code (10 to 12 digits in
    /// all), and any of these behind `+86`, `86` or `0086`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
        let Some(national) = national_part(&digits) else {
            return Some(Self(if is_plus_digits(&digits) { digits } else { text.to_owned() }));
        };
        Some(Self(format!("+86{national}")))
    }

    /// A number that is already in its stored form.
    #[must_use]
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The whole number. Every use of this is a place where personal data leaves the program.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The number without its `+` and, for China, without the country code: what people type.
    #[must_use]
    pub fn national(&self) -> &str {
        self.0.strip_prefix("+86").unwrap_or_else(|| self.0.strip_prefix('+').unwrap_or(&self.0))
    }

    /// `+86138****0021`: all but the four digits before the last four.
    #[must_use]
    pub fn masked(&self) -> String {
        let chars: Vec<char> = self.0.chars().collect();
        let n = chars.len();
        if n <= 4 {
            return "*".repeat(n);
        }
        let hidden = if n < 8 { 0..n - 2 } else { n - 8..n - 4 };
        chars.iter().enumerate().map(|(i, c)| if hidden.contains(&i) { '*' } else { *c }).collect()
    }
}

/// The part behind +86 where `digits` is certainly a Chinese number.
fn national_part(digits: &str) -> Option<String> {
    let (bare, had_country) = match digits {
        d if d.starts_with("+86") => (&d[3..], true),
        d if d.starts_with("0086") => (&d[4..], true),
        d if d.starts_with("86") && (12..=14).contains(&d.len()) => (&d[2..], true),
        d => (d, false),
    };
    if bare.is_empty() || !bare.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mobile = bare.len() == 11 && bare.starts_with('1');
    // 0 + area code (2 or 3 digits) + 7 or 8 digits; the trunk 0 is not part of E.164.
    let landline = bare.starts_with('0') && !bare.starts_with("00") && (10..=12).contains(&bare.len());
    match (mobile, landline, had_country) {
        (true, _, _) => Some(bare.to_owned()),
        (_, true, _) => Some(bare[1..].to_owned()),
        (_, _, true) => Some(bare.to_owned()),
        _ => None,
    }
}

fn is_plus_digits(text: &str) -> bool {
    text.strip_prefix('+').unwrap_or(text).bytes().all(|b| b.is_ascii_digit())
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sent: &str, stored: &str) {
        assert_eq!(PhoneNumber::parse(sent).expect("a number").reveal(), stored, "{sent}");
    }

    #[test]
    fn certain_numbers_become_e164_and_others_stay_as_sent() {
        check("13800000021", "+8613800000021");
        check("+8613800000021", "+8613800000021");
        check("8613800000021", "+8613800000021");
        check("008613800000021", "+8613800000021");
        check("075528780808", "+8675528780808");
        check("0755-28780808", "+8675528780808");
        check("01088886666", "+861088886666");
        check("+861088886666", "+861088886666");
        check("10086", "10086");
        check("4008001234", "4008001234");
        check("+85212345678", "+85212345678");
        check("+86138****0021", "+86138****0021");
        check(" 95188 ", "95188");
        assert_eq!(PhoneNumber::parse("  "), None);
    }

    #[test]
    fn a_number_prints_itself_masked() {
        let number = PhoneNumber::parse("13812340021").expect("a number");
        assert_eq!(number.to_string(), "+86138****0021");
        assert_eq!(format!("{number:?}"), "PhoneNumber(+86138****0021)");
        assert_eq!(PhoneNumber::parse("10086").expect("a number").to_string(), "***86");
        assert_eq!(PhoneNumber::parse("110").expect("a number").to_string(), "***");
    }
}
