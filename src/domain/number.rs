//! A phone number that masks itself.
//!
//! Platforms write the same number as `13800000021`, `+8613800000021`, `8613800000021` or
//! `008613800000021`. People paste it from a phone, a chat or a spreadsheet: with marks of the
//! writing direction around it, with blanks, dashes and dots of any kind in it, in full width,
//! behind a `'`, with a character at its end that got lost. All of that is read here, and nowhere
//! else: what one box takes, every box, parameter, file, command and callback takes.
//!
//! Operators pass on what their networks call a party, `"Name" <sip:+86…@ims.example;user=phone>`.
//! The number is the part before the `@`, without parameters; the rest says which network it came
//! from. What is no number there (`sip:anonymous@anonymous.invalid`) stays as it was sent.
//!
//! A number becomes E.164 only where that is certain; anything else (short codes, 400 numbers,
//! masked samples such as `+86138****0021`) stays as it was sent.

use std::fmt;

use super::escapes::Unescaped;
use super::masking::{mask_numbers, middle};
use super::plain_text;
use super::spelling::{is_gap, is_unseen, plain};

/// A phone number as far as we understand it. `Debug` and `Display` mask the middle.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number as platforms and people write it; `None` when nothing is left after trimming.
    ///
    /// Certain are: 11 digits that start with 1 (a mobile), 0 and an area code (10 to 12 digits in
    /// all), and any of these behind `+86`, `86` or `0086`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let sent = plain_text::bare(text);
        if sent.is_empty() {
            return None;
        }
        let spelled = spelled(sent);
        let bare = bare(&spelled);
        let certain = national_part(&bare).map(|national| format!("+86{national}"));
        // Dots stand in addresses of machines and in amounts as well: two are a number's.
        let dots = spelled.text.chars().filter(|c| *c == '.').count();
        let as_number = matches!(dots, 0 | 2) || bare.starts_with('+') || spelled.has_scheme;
        let is_known = is_plus_digits(&bare) && as_number;
        // One that the platform masked stays so, without the network.
        let is_masked = spelled.is_address && bare.contains('*') && is_plus_digits(&bare.replace('*', "0"));
        let plain = (is_known || is_masked).then_some(bare);
        Some(Self(certain.or(plain).unwrap_or_else(|| sent.to_owned())))
    }

    /// Reads what somebody typed for a number or the end of one; `None` where it is anything else.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        let number = Self::parse(text)?;
        if number.is_plain() {
            return Some(number);
        }
        let bare = bare(&spelled(text));
        is_plus_digits(&bare).then_some(Self(bare))
    }

    /// What somebody typed for a number, its beginning with a star behind it, or its end, without
    /// what stands around and between the digits; anything else only trimmed.
    #[must_use]
    pub fn tidy(text: &str) -> String {
        let bare = bare(&spelled(text));
        let digits = bare.strip_suffix('*').unwrap_or(&bare);
        if is_plus_digits(digits) {
            return bare;
        }
        plain_text::bare(text).to_owned()
    }

    /// Whether a text is what a spreadsheet makes of a number that it takes for a quantity:
    /// `1.38E+10`, with its last digits lost.
    #[must_use]
    pub fn is_cut_by_spreadsheet(text: &str) -> bool {
        let text = bare_text(text);
        quantity(&text).is_some_and(|(digits, count)| digits.len() < count)
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

    /// Whether it is digits, with or without a plus.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        is_plus_digits(&self.0)
    }

    /// `+86138****0021`: all but the four digits before the last four. The one form in which pages,
    /// the API, files and commands show a number that may not be seen whole.
    #[must_use]
    pub fn masked(&self) -> String {
        // One that was kept as sent may be any text.
        let found = if self.is_plain() { None } else { Some(mask_numbers(&self.0)) };
        if let Some(masked) = found.filter(|masked| *masked != self.0 || masked.contains('*')) {
            return masked;
        }
        let chars: Vec<char> = self.0.chars().collect();
        let hidden = middle(chars.len());
        chars.iter().enumerate().map(|(i, c)| if hidden.contains(&i) { '*' } else { *c }).collect()
    }
}

/// Schemes of addresses that name a number.
const SCHEMES: [&str; 8] = ["tel:", "sip:", "sips:", "sms:", "smsto:", "callto:", "telprompt:", "phone:"];
/// What a spreadsheet and its readers put around a text.
const QUOTES: [char; 12] = ['\'', '"', '`', '\u{2018}', '\u{2019}', '\u{201C}', '\u{201D}', '=', ',', ';', '<', '>'];

/// A text in plain characters, without what stands around it, or got lost there.
fn bare_text(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !is_unseen(*c)).map(plain).collect();
    let is_lost = |c| matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFFC}'..='\u{FFFF}');
    plain.trim_matches(|c| c == ' ' || QUOTES.contains(&c) || is_lost(c)).to_owned()
}

/// A number as it is spelled, in plain characters, without the address around it.
struct Spelled {
    text: String,
    /// Whether it stood in an address, or in angle brackets behind a name.
    is_address: bool,
    has_scheme: bool,
}

fn spelled(text: &str) -> Spelled {
    let text = bare_text(text);
    // `"Name" <sip:…>;tag=1`
    let inner = text.split_once('<').map(|(_, inner)| inner.split('>').next().unwrap_or(inner));
    let named = inner.and_then(|inner| address(inner).or_else(|| number_of(inner).map(|text| (text, false))));
    match named.or_else(|| address(&text)) {
        Some((text, has_scheme)) => Spelled { text, is_address: true, has_scheme },
        None => Spelled { text, is_address: false, has_scheme: false },
    }
}

/// The number in an address, and whether a scheme stands before it: somebody may have cut that off.
fn address(text: &str) -> Option<(String, bool)> {
    let text = text.trim();
    let has = |scheme: &&&str| text.get(..scheme.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(scheme));
    let scheme = SCHEMES.iter().find(has);
    let rest = match scheme {
        Some(scheme) => text[scheme.len()..].trim_start_matches(['/', ' ']),
        None => text.contains('@').then_some(text)?,
    };
    let user = rest.split([';', '?', '@', '#', '>', ':']).next().unwrap_or(rest);
    let read = Unescaped::readings(user.as_bytes()).last();
    let user = read.as_ref().and_then(|read| std::str::from_utf8(read.bytes()).ok()).unwrap_or(user);
    Some((number_of(user)?, scheme.is_some()))
}

/// A text where it is a number, with what people put between its digits.
fn number_of(text: &str) -> Option<String> {
    let text = bare_text(text);
    let is_of_number = |c: char| c.is_ascii_digit() || is_gap(c) || matches!(c, '+' | '*');
    (text.contains(|c: char| c.is_ascii_digit()) && text.chars().all(is_of_number)).then_some(text)
}

/// The digits of a number with its plus, and whatever else there is that no number has.
fn bare(spelled: &Spelled) -> String {
    let text = &spelled.text;
    if let Some((digits, count)) = quantity(text)
        && digits.len() == count
    {
        return digits;
    }
    // `13800000021.0`, as programs write a column of quantities.
    let whole = text.strip_suffix(".0").or_else(|| text.strip_suffix(".00"));
    let whole = whole.filter(|whole| whole.len() >= 7 && is_plus_digits(whole));
    let bare: String = whole.unwrap_or(text).chars().filter(|c| !is_gap(*c)).collect();
    // `+0086…` says the same twice.
    bare.strip_prefix("+00").map_or(bare.clone(), |rest| format!("+{rest}"))
}

/// `1.3800000021E+10` as its digits, and how many digits it has in all.
fn quantity(text: &str) -> Option<(String, usize)> {
    let (digits, power) = text.split_once(['E', 'e'])?;
    let (first, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let power: usize = power.strip_prefix('+').unwrap_or(power).parse().ok()?;
    let all = [first, rest].concat();
    let is_one = first.len() == 1 && all.bytes().all(|byte| byte.is_ascii_digit()) && (3..=20).contains(&power);
    is_one.then_some((all, power + 1))
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
    let digits = text.strip_prefix('+').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
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
    fn a_number_is_read_as_people_paste_it() {
        for pasted in [
            "\u{202D}13800000021\u{202C}",
            "\u{2068}13800000021\u{2069}",
            "\u{FEFF}138\u{200B}0000\u{200D}0021",
            "138\u{2011}0000\u{2011}0021",
            "138–0000—0021",
            "138−0000－0021",
            "138.0000.0021",
            "138·0000·0021",
            "138。0000。0021",
            "138\u{A0}0000\u{3000}0021",
            "138  0000\t0021\r\n",
            "138\n0000\n0021",
            "１３８００００００２１",
            "＋８６（１３８）００００－００２１",
            "١٣٨٠٠٠٠٠٠٢١",
            "(138) 0000-0021",
            "(+86)138 0000 0021",
            "[+86] 13800000021",
            "+86-138-0000-0021",
            "+86 013800000021",
            "0086 138 0000 0021",
            "00 86 13800000021",
            "+0086 13800000021",
            "tel:+8613800000021",
            "TEL:138-0000-0021",
            "tel:%2B8613800000021",
            "tel:13800000021;phone-context=+86",
            "Tel: 138 0000 0021",
            "tel://13800000021",
            "sip:+8613800000021@10.0.0.1:5060;user=phone",
            "<sip:13800000021@ims.example>",
            "sms:13800000021?body=hello",
            "callto:13800000021",
            "'13800000021",
            "’13800000021",
            "=\"13800000021\"",
            "\"13800000021\",",
            "13800000021.0",
            "13800000021.00",
            "1.3800000021E+10",
            "1.3800000021e10",
        ] {
            check(pasted, "+8613800000021");
            assert_eq!(PhoneNumber::typed(pasted), PhoneNumber::parse("13800000021"), "{pasted:?}");
        }
        for (pasted, stored) in [
            ("(0755) 2878–0808", "+8675528780808"),
            ("+86 (0)755-2878 0808", "+8675528780808"),
            ("400·800·1234", "4008001234"),
            ("'95188", "95188"),
            ("+852 1234 5678", "+85212345678"),
        ] {
            check(pasted, stored);
        }
    }

    #[test]
    fn the_number_of_an_address_is_read_and_the_network_left_out() {
        for sent in [
            "sip:+8613800000021@ims.mnc000.mcc460.3gppnetwork.org",
            "SIP:13800000021@10.0.0.1:5060;transport=udp",
            "sips:+86-138-0000-0021;phone-context=x@host;user=phone?subject=a",
            "tel:+86-138-0000-0021",
            "tel:13800000021;phone-context=+86",
            "\"张三\" <sip:+8613800000021@host>;tag=88",
            "\"Zhang, San\" <tel:+8613800000021>",
            "Zhang San <13800000021>",
            "张三＜tel:+8613800000021＞",
            "<tel:+8613800000021>",
            "<sip:138-0000-0021@host>",
            "sip:%2B8613800000021@host",
            "sip:%252B8613800000021@host",
            "+8613800000021@ims.example",
            "13800000021@ims.example",
        ] {
            check(sent, "+8613800000021");
            assert_eq!(PhoneNumber::typed(sent), PhoneNumber::parse("13800000021"), "{sent}");
            assert!(matches!(PhoneNumber::tidy(sent).as_str(), "13800000021" | "+8613800000021"), "{sent}");
        }
        check("tel:10086", "10086");
        check("sip:+86138****0021@host", "+86138****0021");
        for sent in [
            "sip:anonymous@anonymous.invalid",
            "alice@example.com",
            "\"13800000021\" <sip:alice@host>",
            "sip:",
            "<>",
            "a:b",
        ] {
            check(sent, sent);
            assert_eq!(PhoneNumber::typed(sent), None, "{sent}");
        }
        check("192.168.1.1@host", "192.168.1.1@host");
    }

    #[test]
    fn a_character_that_got_lost_at_an_end_costs_that_character() {
        for lost in
            ["\u{FFFD}", "\u{FFFD}\u{FFFD}", "\u{0}", "\u{1}", "\u{b}", "\u{7f}", "\u{FFFE}", "\u{E000}", " \u{FFFD} "]
        {
            for sent in
                [format!("13800000021{lost}"), format!("{lost}+8613800000021"), format!("{lost}138 0000 0021{lost}")]
            {
                check(&sent, "+8613800000021");
                assert_eq!(PhoneNumber::typed(&sent), PhoneNumber::parse("13800000021"), "{sent:?}");
            }
            check(&format!("sip:+8613800000021{lost}@host"), "+8613800000021");
            check(&format!("10086{lost}"), "10086");
        }
        // Within it nobody knows which digit it was.
        check("138\u{FFFD}0000021", "138\u{FFFD}0000021");
    }

    #[test]
    fn what_is_no_number_is_kept_as_sent_and_never_taken_for_one_that_was_typed() {
        for sent in
            ["192.168.1.1", "sip:alice@example.com", "1.38E+10", "anonymous", "+86138****0021", "13800000021转8"]
        {
            check(sent, sent);
        }
        for typed in ["sip:alice@example.com", "1.38E+10", "order 13800000021", "+86138****0021", "", "+", "'", "tel:"]
        {
            assert_eq!(PhoneNumber::typed(typed), None, "{typed}");
        }
        assert!(PhoneNumber::is_cut_by_spreadsheet("1.38E+10") && PhoneNumber::is_cut_by_spreadsheet("'1.38e10"));
        assert!(!PhoneNumber::is_cut_by_spreadsheet("1.3800000021E+10") && !PhoneNumber::is_cut_by_spreadsheet("138"));
    }

    #[test]
    fn what_was_typed_is_tidied_and_an_end_a_beginning_and_a_mask_stay_what_they_are() {
        for (typed, tidy) in [
            ("tel:+8613800000021", "+8613800000021"),
            ("\u{202D}138-0000-0021\u{202C}", "13800000021"),
            ("0000.0021", "00000021"),
            ("'0021", "0021"),
            ("（0755） 2878 0808", "075528780808"),
            ("+86 138 0000*", "+861380000*"),
            ("+86138****0021", "+86138****0021"),
            ("1.38E+10", "1.38E+10"),
            (" abc ", "abc"),
            ("", ""),
        ] {
            assert_eq!(PhoneNumber::tidy(typed), tidy, "{typed:?}");
            assert_eq!(PhoneNumber::tidy(tidy), tidy, "{tidy:?}");
        }
        assert_eq!(PhoneNumber::typed("0000.0021").expect("an end").reveal(), "00000021");
    }

    #[test]
    fn a_number_kept_as_sent_is_masked_wherever_it_stands_in_it() {
        for (sent, masked) in [
            ("sip:x13800000021@10.0.0.1", "sip:x138****0021@10.0.0.1"),
            ("13800000021转8", "138****0021转8"),
            ("+86138****0021", "+86138****0021"),
        ] {
            assert_eq!(PhoneNumber::parse(sent).expect("a number").masked(), masked);
        }
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
