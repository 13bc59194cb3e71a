//! Hides phone numbers inside text that people and platforms wrote, and nothing else.
//!
//! What is a number is decided by the run of digits that it stands in, with the blanks, dots,
//! dashes and brackets that people put between its parts:
//!
//! | number | written as |
//! | --- | --- |
//! | mobile | 11 digits, `13` to `19` first; also behind `86`, `+86`, `0086` or `0` |
//! | landline | `0`, area code, 7 or 8 digits; also behind a country code, without the `0` |
//! | service | 10 digits, `400` or `800` first |
//! | foreign | 8 to 15 digits behind a plus; Hong Kong, Macao and Taiwan also behind `00` |
//! | known party | a number of the call in question: wherever its digits stand |
//!
//! A longer or shorter run is an order, a day or an id, and stays readable, as do days, times,
//! addresses of machines, and hexadecimal ids with eleven digits in a row by chance. Only a known
//! party's number is hidden within those as well. Text may be escaped as JSON, XML and addresses
//! are: it is looked at both as it stands and as it reads.

use super::PhoneNumber;
use super::spelling::{GAP_MAX, digit, is_gap, is_unseen, plain};

/// Hides the middle of every phone number in a text: four digits before the last four.
#[must_use]
pub fn mask_numbers(text: &str) -> String {
    mask_numbers_and(text, [])
}

/// The same, and the numbers of these parties wherever they stand.
#[must_use]
pub fn mask_numbers_and<'a>(text: &str, parties: impl IntoIterator<Item = &'a PhoneNumber>) -> String {
    if text.chars().filter(|c| !c.is_ascii() || c.is_ascii_digit()).nth(FEWEST - 1).is_none() {
        return text.to_owned();
    }
    let known: Vec<Known> = parties.into_iter().flat_map(Known::of).collect();
    let mut hidden = Reading::new(as_it_stands(text)).hidden(&known);
    if text.contains(['\\', '%', '&']) {
        hidden.extend(Reading::new(as_it_reads(text)).hidden(&known));
    }
    hidden.sort_unstable();
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    for (start, end) in hidden {
        if start >= done {
            masked.push_str(&text[done..start]);
            masked.push('*');
            done = end;
        }
    }
    masked.push_str(&text[done..]);
    masked
}

/// The fewest digits that are hidden within text: fewer are a service's, or nobody's.
const FEWEST: usize = 7;
/// The most digits of a number: those of E.164 behind `00`.
const MOST: usize = 17;
/// Digits of a mobile.
const MOBILE: usize = 11;
/// The shortest hexadecimal id.
const ID_MIN: usize = 20;

/// A character of a text as it is read, and where it stands.
#[derive(Debug, Clone, Copy)]
struct Atom {
    start: usize,
    end: usize,
    /// As [`plain`] gives it.
    c: char,
}

/// A run of digits: from which atom to before which.
#[derive(Debug, Clone, Copy)]
struct Run {
    from: usize,
    to: usize,
    /// Of a day, a time, an address or an id.
    apart: bool,
}

/// A number of somebody who is known, as it is looked for.
#[derive(Debug)]
struct Known {
    digits: Vec<u8>,
    /// Whether it is one only where nothing else is linked to it: a landline without its area.
    alone: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    None,
    /// What people put between the parts of a number.
    Gap,
    /// One of these characters, which join other things more often.
    Odd(char),
}

#[derive(Debug)]
struct Reading {
    atoms: Vec<Atom>,
    runs: Vec<Run>,
}

fn as_it_stands(text: &str) -> Vec<Atom> {
    let atom = |(start, c): (usize, char)| Atom { start, end: start + c.len_utf8(), c: plain(c) };
    text.char_indices().filter(|(_, c)| !is_unseen(*c)).map(atom).collect()
}

/// With the escapes of JSON, XML and addresses as the characters that they stand for.
fn as_it_reads(text: &str) -> Vec<Atom> {
    let mut atoms = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let start = text.len() - rest.len();
        let (c, length) = escape(rest).unwrap_or((first, first.len_utf8()));
        if !is_unseen(c) {
            atoms.push(Atom { start, end: start + length, c: plain(c) });
        }
        rest = &rest[length..];
    }
    atoms
}

/// The character that an escape at the beginning of `text` stands for, and its length.
fn escape(text: &str) -> Option<(char, usize)> {
    let hex = |digits: &str| u32::from_str_radix(digits, 16).ok();
    match text.as_bytes() {
        [b'\\', b'n' | b'r' | b't' | b'f', ..] => Some((' ', 2)),
        [b'\\', b'u', ..] => Some((char::from_u32(hex(text.get(2..6)?)?)?, 6)),
        [b'&', b'#', ..] => {
            let end = text.bytes().take(10).position(|byte| byte == b';')?;
            let code = &text[2..end];
            let value = match code.strip_prefix(['x', 'X']) {
                Some(digits) => hex(digits)?,
                None => code.parse().ok()?,
            };
            Some((char::from_u32(value)?, end + 1))
        }
        [b'&', ..] => text.starts_with("&nbsp;").then_some((' ', 6)),
        [b'%', ..] => percent(text),
        _ => None,
    }
}

/// `%31`, `%E3%80%80`.
fn percent(text: &str) -> Option<(char, usize)> {
    let byte = |n: usize| {
        let three = text.get(n * 3..n * 3 + 3)?;
        u8::from_str_radix(three.strip_prefix('%')?, 16).ok()
    };
    let length = match byte(0)? {
        ..0x80 => 1,
        0xC2..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0..0xF5 => 4,
        _ => return None,
    };
    let bytes: Vec<u8> = (0..length).map_while(byte).collect();
    Some((std::str::from_utf8(&bytes).ok()?.chars().next()?, length * 3))
}

impl Known {
    fn of(number: &PhoneNumber) -> Vec<Self> {
        let national: Vec<u8> = number.national().chars().filter_map(digit).map(|c| c as u8).collect();
        if national.len() < FEWEST || !number.is_plain() {
            return Vec::new();
        }
        let area = area_digits(&national).filter(|_| number.reveal().starts_with("+86"));
        let local = area.map(|area| Self { digits: national[area..].to_vec(), alone: true });
        let local = local.filter(|known| known.digits.len() >= FEWEST);
        std::iter::once(Self { digits: national, alone: false }).chain(local).collect()
    }
}

impl Reading {
    fn new(atoms: Vec<Atom>) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for (at, _) in atoms.iter().enumerate().filter(|(_, atom)| atom.c.is_ascii_digit()) {
            match runs.last_mut() {
                Some(run) if run.to == at => run.to += 1,
                _ => runs.push(Run { from: at, to: at + 1, apart: false }),
            }
        }
        let mut reading = Self { atoms, runs };
        for first in 0..reading.runs.len() {
            let count = reading.clock(first).max(reading.date(first)).max(reading.address(first));
            reading.runs[first..first + count].iter_mut().for_each(|run| run.apart = true);
        }
        reading.set_ids_apart();
        reading
    }

    /// The parts of the text to hide.
    fn hidden(&self, known: &[Known]) -> Vec<(usize, usize)> {
        let mut hidden = Vec::new();
        for first in 0..self.runs.len() {
            let mut digits = Vec::with_capacity(MOST);
            let mut matched = self.side_by_side(first);
            for last in first..self.runs.len() {
                let run = self.runs[last];
                let linked = last == first || self.link(last - 1) != Link::None;
                if !linked || run.apart || digits.len() + (run.to - run.from) > MOST {
                    break;
                }
                digits.extend(run.from..run.to);
                match self.kind(first, last, &digits) {
                    Kind::Perhaps => matched.push(digits.clone()),
                    Kind::Sure => {
                        matched = vec![digits.clone()];
                        if self.plus_before(first) {
                            break;
                        }
                    }
                    Kind::None => {}
                }
            }
            for digits in matched {
                hidden.extend(self.middle(&digits));
            }
        }
        if !known.is_empty() {
            self.hide_known(known, &mut hidden);
        }
        hidden
    }

    /// Two mobiles without anything between them, as some session ids have them.
    fn side_by_side(&self, run: usize) -> Vec<Vec<usize>> {
        let Run { from, to, apart } = self.runs[run];
        if apart || to - from < 2 * MOBILE {
            return Vec::new();
        }
        let digits: Vec<u8> = self.atoms[from..to].iter().map(|atom| atom.c as u8).collect();
        let is_one = |digits: &[u8]| is_mobile(without_code(digits));
        let both = (MOBILE..=digits.len() - MOBILE).find(|cut| is_one(&digits[..*cut]) && is_one(&digits[*cut..]));
        both.map_or_else(Vec::new, |cut| vec![(from..from + cut).collect(), (from + cut..to).collect()])
    }

    /// Where the middle of these digits stands.
    fn middle(&self, digits: &[usize]) -> impl Iterator<Item = (usize, usize)> {
        digits[middle(digits.len())].iter().map(|at| (self.atoms[*at].start, self.atoms[*at].end))
    }

    fn hide_known(&self, known: &[Known], hidden: &mut Vec<(usize, usize)>) {
        let mut first = 0;
        while first < self.runs.len() {
            let linked = (first + 1..self.runs.len()).take_while(|next| self.link(next - 1) != Link::None);
            let last = linked.last().unwrap_or(first);
            let at: Vec<usize> = self.runs[first..=last].iter().flat_map(|run| run.from..run.to).collect();
            let digits: Vec<u8> = at.iter().map(|at| self.atoms[*at].c as u8).collect();
            for known in known {
                for from in memchr::memmem::find_iter(&digits, &known.digits) {
                    let to = from + known.digits.len();
                    if !known.alone || self.is_alone(&at[from..to]) {
                        hidden.extend(self.middle(&at[from..to]));
                    }
                }
            }
            first = last + 1;
        }
    }

    /// Whether these digits neither begin nor end within a run.
    fn is_alone(&self, digits: &[usize]) -> bool {
        let (Some(first), Some(last)) = (digits.first(), digits.last()) else { return false };
        self.runs.iter().any(|run| run.from == *first) && self.runs.iter().any(|run| run.to == last + 1)
    }

    /// What stands between a run and the next one.
    fn link(&self, run: usize) -> Link {
        let Some(next) = self.runs.get(run + 1) else { return Link::None };
        let between = &self.atoms[self.runs[run].to..next.from];
        match between {
            [Atom { c: c @ ('/' | '_' | '~' | '|' | '\\' | ','), .. }] => Link::Odd(*c),
            _ if between.len() <= GAP_MAX && between.iter().all(|atom| is_gap(atom.c)) => Link::Gap,
            _ => Link::None,
        }
    }

    fn length(&self, run: usize) -> usize {
        self.runs.get(run).map_or(0, |run| run.to - run.from)
    }

    fn value(&self, run: usize) -> u32 {
        let digits = self.runs.get(run).map_or(&[][..], |run| &self.atoms[run.from..run.to]);
        digits.iter().fold(0, |value: u32, atom| {
            value.saturating_mul(10).saturating_add(atom.c.to_digit(10).unwrap_or_default())
        })
    }

    /// The one character between a run and the next, where it is one.
    fn joint(&self, run: usize) -> Option<char> {
        let next = self.runs.get(run + 1)?;
        let between = &self.atoms[self.runs[run].to..next.from];
        if let [only] = between { Some(only.c) } else { None }
    }

    fn before(&self, run: usize) -> Option<char> {
        run.checked_sub(1).and_then(|before| self.joint(before))
    }

    /// How many runs from here on are a time: `9:05`, `10:00:13.123456789`, and its `+0800`.
    fn clock(&self, first: usize) -> usize {
        let part = |run: usize, most: u32| self.length(run) <= 2 && self.value(run) < most;
        if self.joint(first) != Some(':') || !part(first, 25) || self.length(first + 1) != 2 || !part(first + 1, 60) {
            return 0;
        }
        let mut count = 2;
        if self.joint(first + 1) == Some(':') && self.length(first + 2) == 2 && part(first + 2, 61) {
            count = 3;
            if matches!(self.joint(first + 2), Some('.' | ',')) && self.length(first + 3) <= 9 {
                count = 4;
            }
        }
        let zone = first + count;
        let sign = self.runs.get(zone).and_then(|run| self.atoms.get(run.from.checked_sub(1)?));
        if sign.is_some_and(|sign| matches!(sign.c, '+' | '-')) && self.length(zone) == 4 && self.value(zone) <= 1400 {
            count += 1;
        }
        count
    }

    /// How many runs from here on are a day: `2026-11-30`, `30.11.2026`.
    fn date(&self, first: usize) -> usize {
        let Some(joint) = self.joint(first).filter(|joint| matches!(joint, '-' | '.' | '/')) else { return 0 };
        let part = |run: usize, most: u32| self.length(run) <= 2 && (1..=most).contains(&self.value(run));
        let year = |run: usize| self.length(run) == 4 && (1900..2100).contains(&self.value(run));
        let is_day = (year(first) && part(first + 1, 12) && part(first + 2, 31))
            || (part(first, 31) && part(first + 1, 31) && year(first + 2));
        let stands_alone = self.before(first) != Some(joint) && self.joint(first + 2) != Some(joint);
        if is_day && self.joint(first + 1) == Some(joint) && stands_alone { 3 } else { 0 }
    }

    /// How many runs from here on are the address of a machine: `192.168.10.250`.
    fn address(&self, first: usize) -> usize {
        let part = |run: usize| {
            let leads = self.runs.get(run).is_some_and(|run| self.atoms[run.from].c == '0');
            (1..=3).contains(&self.length(run)) && self.value(run) < 256 && (self.length(run) == 1 || !leads)
        };
        let dotted = (first..first + 3).all(|run| self.joint(run) == Some('.'));
        let alone = self.before(first) != Some('.') && self.joint(first + 3) != Some('.');
        if dotted && alone && (first..first + 4).all(part) { 4 } else { 0 }
    }

    /// Sets the digits of hexadecimal ids apart, with dashes as of a UUID or without.
    fn set_ids_apart(&mut self) {
        let is_part = |atom: &Atom| atom.c.is_ascii_alphanumeric();
        let mut words: Vec<(usize, usize)> = Vec::new();
        for at in (0..self.atoms.len()).filter(|at| is_part(&self.atoms[*at])) {
            match words.last_mut() {
                Some((_, to)) if *to == at => *to += 1,
                _ => words.push((at, at + 1)),
            }
        }
        let of = |(from, to): (usize, usize)| &self.atoms[from..to];
        let is_hex = |word: &(usize, usize)| of(*word).iter().all(|atom| atom.c.is_ascii_hexdigit());
        // Among random ones hardly any has less than an eighth of letters.
        let has_letters = |word: &(usize, usize)| {
            of(*word).iter().filter(|atom| atom.c.is_ascii_alphabetic()).count() * 8 >= word.1 - word.0
        };
        let mut ids: Vec<(usize, usize)> =
            words.iter().copied().filter(|w| w.1 - w.0 >= ID_MIN && is_hex(w) && has_letters(w)).collect();
        for five in words.windows(5) {
            let lengths = five.iter().map(|(from, to)| to - from);
            let dashed = five.windows(2).all(|two| two[1].0 == two[0].1 + 1 && self.atoms[two[0].1].c == '-');
            if lengths.eq([8, 4, 4, 4, 12]) && dashed && five.iter().all(is_hex) && five.iter().any(has_letters) {
                ids.push((five[0].0, five[4].1));
            }
        }
        for run in &mut self.runs {
            run.apart |= ids.iter().any(|(from, to)| *from <= run.from && run.to <= *to);
        }
    }

    /// Whether a plus stands before a run, blanks and an opening bracket aside.
    fn plus_before(&self, run: usize) -> bool {
        let before = &self.atoms[..self.runs[run].from];
        let sign = before.iter().rev().take(4).find(|atom| !matches!(atom.c, ' ' | '('));
        sign.is_some_and(|atom| atom.c == '+')
    }

    /// What the runs from `first` to `last` are, whose digits these are.
    fn kind(&self, first: usize, last: usize, digits: &[usize]) -> Kind {
        let text: Vec<u8> = digits.iter().map(|at| self.atoms[*at].c as u8).collect();
        let lengths: Vec<usize> = (first..=last).map(|run| self.length(run)).collect();
        let odd = (first..last).any(|run| self.link(run) != Link::Gap);
        if odd {
            let same = (first..last).all(|run| self.link(run) == self.link(first));
            return if same && lengths == [3, 4, 4] && is_mobile(&text) { Kind::Sure } else { Kind::None };
        }
        if self.plus_before(first) && text[0] != b'0' {
            if let Some(found) = foreign(&text) {
                return found;
            }
        } else if self.is_decimal(first, last, &lengths) {
            return Kind::None;
        }
        if is_spelled(&text, &lengths) { Kind::Sure } else { Kind::None }
    }

    /// Whether it is an amount: one dot, with one or two digits on one side of it.
    fn is_decimal(&self, first: usize, last: usize, lengths: &[usize]) -> bool {
        last == first + 1 && self.joint(first) == Some('.') && (lengths[0] <= 2 || lengths[1] <= 2)
    }
}

/// What some runs of digits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    None,
    /// A number that may go on.
    Perhaps,
    /// A number.
    Sure,
}

/// What digits behind a plus are; `None` where other rules say more.
fn foreign(digits: &[u8]) -> Option<Kind> {
    /// Countries whose numbers have one length, with their code.
    const FIXED: [(&[u8], usize); 6] = [(b"1", 11), (b"7", 11), (b"65", 10), (b"852", 11), (b"853", 11), (b"886", 12)];
    if digits.starts_with(b"86") && is_spelled(digits, &[digits.len()]) {
        return Some(Kind::Sure);
    }
    if FIXED.iter().any(|(code, length)| digits.starts_with(code) && digits.len() == *length) {
        return Some(Kind::Sure);
    }
    (8..=15).contains(&digits.len()).then_some(Kind::Perhaps)
}

/// Whether digits in parts of these lengths are a number.
fn is_spelled(digits: &[u8], lengths: &[usize]) -> bool {
    const OUTSIDE: [(&[u8], usize); 3] = [(b"00852", 13), (b"00853", 13), (b"00886", 14)];
    if OUTSIDE.iter().any(|(code, length)| digits.starts_with(code) && digits.len() == *length) {
        return true;
    }
    let national = without_code(digits);
    let code = digits.len() - national.len();
    // A country code may be a part of its own, and says nothing of how the others are cut.
    let parts = if code > 0 && lengths[0] == code { &lengths[1..] } else { lengths };
    let in_parts = parts.len() > 1;
    let cut_short = in_parts && parts[0] <= 2 && parts.iter().any(|part| *part >= 5);
    let all_single = parts.iter().all(|part| *part == 1);
    let trunk = national.strip_prefix(b"0");
    if is_mobile(national) || trunk.is_some_and(is_mobile) {
        return !cut_short;
    }
    let area_is_whole = !in_parts || parts[0] >= 3 || all_single || (parts[0] == 2 && code > 0);
    let landline = match (trunk, code) {
        (Some(rest), _) => is_landline(rest),
        (None, 0) => false,
        (None, _) => is_landline(national),
    };
    let service = national.len() == 10 && (national.starts_with(b"400") || national.starts_with(b"800"));
    (landline && area_is_whole) || (service && !cut_short)
}

/// Digits without the country code of China; those without one as they are.
fn without_code(digits: &[u8]) -> &[u8] {
    digits.strip_prefix(b"0086").or_else(|| digits.strip_prefix(b"86")).unwrap_or(digits)
}

fn is_mobile(national: &[u8]) -> bool {
    national.len() == MOBILE && matches!(national, [b'1', b'3'..=b'9', ..])
}

/// An area code without its `0`, and a number behind it.
fn is_landline(national: &[u8]) -> bool {
    area_digits(national).is_some_and(|area| match area {
        2 => national.len() == 10,
        _ => (10..=11).contains(&national.len()),
    })
}

/// Digits of the area code that a landline begins with.
fn area_digits(national: &[u8]) -> Option<usize> {
    match national {
        [b'1', b'0', ..] | [b'2', ..] => Some(2),
        [b'3'..=b'9', ..] => Some(3),
        _ => None,
    }
}

/// The places to hide of so many digits, or characters of a number.
pub(super) fn middle(count: usize) -> std::ops::Range<usize> {
    match count {
        ..=4 => 0..count,
        5..8 => 0..count - 2,
        _ => count - 8..count - 4,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_hidden_in_whatever_spelling() {
        for (text, masked) in [
            ("call 13812340021 back", "call 138****0021 back"),
            ("call 138.0000.0021", "call 138.****.0021"),
            ("138  0000  0021", "138  ****  0021"),
            ("138 1234 0021", "138 **** 0021"),
            ("138-1234-0021", "138-****-0021"),
            ("138\u{2011}1234\u{2011}0021", "138\u{2011}****\u{2011}0021"),
            ("138-12340021", "138-****0021"),
            ("1381234 0021", "138**** 0021"),
            ("(138) 1234-0021", "(138) ****-0021"),
            ("138\n1234\r\n0021", "138\n****\r\n0021"),
            ("1 3 8 1 2 3 4 0 0 2 1", "1 3 8 * * * * 0 0 2 1"),
            ("138/1234/0021 138_1234_0021", "138/****/0021 138_****_0021"),
            ("+86 138 1234 0021", "+86 138 **** 0021"),
            ("(+86)13812340021", "(+86)138****0021"),
            ("008613812340021,8613812340021", "0086138****0021,86138****0021"),
            ("013812340021", "0138****0021"),
            ("１３８１２３４００２１", "１３８****００２１"),
            ("１３８　１２３４　００２１", "１３８　****　００２１"),
            ("١٣٨١٢٣٤٠٠٢١", "١٣٨****٠٠٢١"),
            ("138\u{200B}1234\u{2060}0021", "138\u{200B}****\u{2060}0021"),
            ("1\u{FE0F}\u{20E3}3812340021", "1\u{FE0F}\u{20E3}38****0021"),
            ("号码13812340021号", "号码138****0021号"),
            ("tel13812340021x", "tel138****0021x"),
            ("0755-28780808", "0755-****0808"),
            ("0755-2878-0808", "0755-****-0808"),
            ("075528780808 01088886666", "0755****0808 010****6666"),
            ("(0755) 2878 0808", "(0755) **** 0808"),
            ("(010)88886666", "(010)****6666"),
            ("+86 (0)755-2878 0808", "+86 (0)755-**** 0808"),
            ("+8675528780808", "+86755****0808"),
            ("8675528780808", "86755****0808"),
            ("4008001234; 400-800-1234; 800 810 8888", "40****1234; 40*-***-1234; 80* *** 8888"),
            ("+85212345678 +852 1234 5678", "+852****5678 +852 **** 5678"),
            ("0085212345678", "00852****5678"),
            ("+1 (415) 555-0100", "+1 (41*) ***-0100"),
            ("+442079460958", "+4420****0958"),
            (
                "+8613812340021_+8615000000002_4_627e5c1f_963036_669_1_0",
                "+86138****0021_+86150****0002_4_627e5c1f_963036_669_1_0",
            ),
            ("a1381234002113912345678b", "a138****0021139****5678b"),
            ("8613812340021008613912345678", "86138****00210086139****5678"),
            ("2026-11-21 138 1234 0021", "2026-11-21 138 **** 0021"),
            ("2026-11-21 10:00:00 13812340021", "2026-11-21 10:00:00 138****0021"),
            ("138-2026-11-30", "138-****-11-30"),
        ] {
            assert_eq!(mask_numbers(text), masked, "{text:?}");
            assert_eq!(mask_numbers(masked), masked, "once is enough: {masked:?}");
        }
    }

    #[test]
    fn escapes_do_not_show_a_number() {
        for (text, masked) in [
            (r"138\n1234\t0021", r"138\n****\t0021"),
            (r"\u0031\u0033812340021", r"\u0031\u00338****0021"),
            (r"138\u00a0\u0031234\u00a00021", r"138\u00a0****\u00a00021"),
            ("&#49;&#x33;812340021", "&#49;&#x33;8****0021"),
            ("138&nbsp;1234&nbsp;0021", "138&nbsp;****&nbsp;0021"),
            ("number=%2B8613812340021&x=138%201234%200021", "number=%2B86138****0021&x=138%20****%200021"),
            ("%EF%BC%91%EF%BC%9312341234%31", "%EF%BC%91%EF%BC%931****234%31"),
            ("5%13812340021", "5%138****0021"),
        ] {
            assert_eq!(mask_numbers(text), masked, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_number_stays_readable() {
        for text in [
            "order-24906488",
            "1201_271_4294967295_20261130015911132@callenabler246.huaweicaas.com",
            "1201_612_4294967295_20260115021100@callenabler246.huaweicaas.com",
            "5a59f265138123400210725ff00aabbcc",
            "5a59f265-1381-4234-8021-0725ff00aabb",
            "202611301380000002", // An order of 18 digits.
            "420000138123400212026",
            "110101199003078515",
            "1764547200000 1764547200",
            "2026-11-21 02:13:21",
            "2026-11-30T01:00:13.123456789Z",
            "2026-11-30 10:00:13.123456789 +0800 12345678",
            "138 2026-11-30",
            "20261130 100000 12",
            "30.11.2026 138",
            "192.168.10.250:8443",
            "¥1234567.89 138000000.21 13.123456789",
            "1 3812340021",
            "12345 1234567 12345678 123456789 1234567890",
            "10086 95188 110",
            "1 2 3",
            "86138",
            "v1.38.12340",
            "138****0021 +86138****0021",
        ] {
            assert_eq!(mask_numbers(text), text);
        }
    }

    #[test]
    fn a_party_that_is_known_is_hidden_within_anything() {
        let of = |text: &str, party: &str| mask_numbers_and(text, &PhoneNumber::parse(party));
        assert_eq!(of("202613812340021999", "13812340021"), "2026138****0021999");
        assert_eq!(of("5a59f265138123400210725ff00aabbcc", "+8613812340021"), "5a59f265138****00210725ff00aabbcc");
        assert_eq!(
            of("at 28780808 or 2878 0808, not 128780808", "0755-28780808"),
            "at ****0808 or **** 0808, not 128780808"
        );
        assert_eq!(of("of 1234567.", "1234567"), "of *****67.");
        assert_eq!(of("1-10086-1", "10086"), "1-10086-1");
        assert_eq!(of("1-24906488-1", "13812340021"), "1-24906488-1");
    }

    /// A number with what people put between its digits.
    fn spelled() -> impl Strategy<Value = (String, String)> {
        let number = prop_oneof![
            "1[3-9][0-9]{9}".prop_map(|n| (n.clone(), n)),
            "1[3-9][0-9]{9}".prop_map(|n| (format!("86{n}"), n)),
            "1[3-9][0-9]{9}".prop_map(|n| (format!("+86{n}"), n)),
            "0755[2-8][0-9]{7}".prop_map(|n| (n.clone(), n)),
            "010[2-8][0-9]{7}".prop_map(|n| (n.clone(), n)),
            "400[0-9]{7}".prop_map(|n| (n.clone(), n)),
            "\\+852[2-9][0-9]{7}".prop_map(|n| (n.clone(), n.trim_start_matches('+').to_owned())),
        ];
        let gap = prop_oneof![
            Just(""),
            Just(" "),
            Just("  "),
            Just("-"),
            Just("."),
            Just("\n"),
            Just("\u{2011}"),
            Just("\u{A0}"),
            Just("\u{3000}"),
            Just("\u{200B}"),
            Just(") "),
            Just("·"),
        ];
        let zero = prop_oneof![Just('0'), Just('０'), Just('٠'), Just('۰')];
        (number, gap, zero).prop_map(|((written, digits), gap, zero)| {
            let shape = |c: char| match c.to_digit(10) {
                Some(value) => char::from_u32(zero as u32 + value).expect("a digit"),
                None => c,
            };
            let ends = written.len();
            let cut = |at: usize| at == ends - 4 || at == ends - 8;
            let spelled = written.chars().enumerate().flat_map(|(at, c)| {
                let gap = if cut(at) { gap } else { "" };
                gap.chars().chain([shape(c)]).collect::<Vec<_>>()
            });
            (spelled.collect(), digits)
        })
    }

    proptest! {
        #[test]
        fn no_spelling_of_a_number_is_read_in_any_text(
            before in "[^0-9٠-٩+]{0,12}",
            after in "[^0-9٠-٩]{0,12}",
            (spelled, digits) in spelled(),
        ) {
            prop_assume!(!before.contains('+') && before.chars().chain(after.chars()).all(|c| digit(c).is_none()));
            let masked = mask_numbers(&format!("{before}{spelled}{after}"));
            let read: String = masked.chars().filter_map(digit).collect();
            prop_assert!(!read.contains(&digits), "{masked:?} shows {digits}");
            prop_assert!(masked.contains('*'), "{masked:?}");
        }

        #[test]
        fn runs_of_digits_that_are_no_number_stay(
            order in prop_oneof!["[1-9][0-9]{5,8}", "[1-35-79][0-9]{9}", "[1-79][0-9]{13,19}", "[2-7][0-9]{10,12}"],
            word in "(order|订单|no|#|x)[-_: ]?",
        ) {
            let text = format!("{word}{order}");
            prop_assert_eq!(mask_numbers(&text), text);
        }

        #[test]
        fn days_and_times_and_ids_stay(
            t in 0i64..4_000_000_000,
            nanos in 0i32..1_000_000_000,
            id in "[0-9]{0,10}[a-f][0-9a-f]{21,53}",
            amount in "[1-9][0-9]{0,6}\\.[0-9]{2}",
        ) {
            let at = jiff::Timestamp::new(t, nanos).expect("a time");
            let text = format!("{at} {} {amount} {id}", at.strftime("%Y-%m-%d %H:%M:%S"));
            prop_assert_eq!(mask_numbers(&text), text);
        }
    }
}
