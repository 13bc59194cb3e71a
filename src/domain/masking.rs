//! Phone numbers inside text that people and platforms wrote.

/// Masks the middle of every run of seven and more digits, and of phone numbers that are written
/// in parts (`138 1234 0021`): text of the same length, in which no phone number can be read.
/// Digits may be of full width.
#[must_use]
pub fn mask_digit_runs(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let groups = groups(&chars);
    let mut masked = chars.clone();
    for &(start, end) in &groups {
        match end - start {
            // Longer than any number: two of them may stand side by side.
            16.. => masked[start + 3..end - 4].fill('*'),
            8.. => masked[end - 8..end - 4].fill('*'),
            7 => masked[start..end - 2].fill('*'),
            _ => {}
        }
    }
    for first in 0..groups.len() {
        for place in parted(&chars, &groups[first..]) {
            masked[place] = '*';
        }
    }
    masked.into_iter().collect()
}

/// Where runs of digits begin and end.
fn groups(chars: &[char]) -> Vec<(usize, usize)> {
    let mut groups: Vec<(usize, usize)> = Vec::new();
    for at in (0..chars.len()).filter(|at| digit(chars[*at]).is_some()) {
        match groups.last_mut() {
            Some((_, end)) if *end == at => *end += 1,
            _ => groups.push((at, at + 1)),
        }
    }
    groups
}

/// The places to mask of a number whose parts are the first of these groups, one blank or dash
/// between each two.
fn parted(chars: &[char], groups: &[(usize, usize)]) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::new();
    for (n, &(start, end)) in groups.iter().enumerate() {
        let follows = n == 0 || (groups[n - 1].1 + 1 == start && is_gap(chars[start - 1]));
        if !follows || places.len() + (end - start) > LONGEST {
            break;
        }
        places.extend(start..end);
        let digits: String = places.iter().filter_map(|place| digit(chars[*place])).collect();
        if n > 0 && is_number(&digits) {
            return places[places.len() - 8..places.len() - 4].to_vec();
        }
    }
    Vec::new()
}

/// Digits of the longest number: `0086` and a mobile.
const LONGEST: usize = 15;

/// A Chinese mobile, also with its country code, or an area code with a number behind.
fn is_number(digits: &str) -> bool {
    let national = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86")).unwrap_or(digits);
    let is_mobile = national.len() == 11 && matches!(national.as_bytes(), [b'1', b'3'..=b'9', ..]);
    is_mobile || (national.starts_with('0') && (10..=12).contains(&national.len()))
}

fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '\u{FF10}'..='\u{FF19}' => char::from_digit(c as u32 - 0xFF10, 10),
        _ => None,
    }
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '-' | '\u{A0}' | '\u{3000}' | '\u{2010}'..='\u{2015}' | '\u{FF0D}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_seven_and_more_lose_their_middle() {
        assert_eq!(mask_digit_runs("call 13812340021, 12345 or 1234567"), "call 138****0021, 12345 or *****67");
        assert_eq!(mask_digit_runs("１３８１２３４００２１"), "１３８****００２１");
        assert_eq!(mask_digit_runs("8613812340021008613912345678"), "861*********************5678");
    }

    #[test]
    fn a_number_in_parts_is_a_number() {
        for (text, masked) in [
            ("138 1234 0021", "138 **** 0021"),
            ("138-1234-0021", "138-****-0021"),
            ("138-12340021", "138-****0021"),
            ("1381234 0021", "******* 0021"),
            ("+86 138 1234 0021", "+86 138 **** 0021"),
            ("0755-2878-0808", "0755-****-0808"),
            ("１３８　１２３４　００２１", "１３８　****　００２１"),
            ("at 2026-11-21 02:13:21", "at 2026-11-21 02:13:21"),
            ("2026-11-21 138 1234 0021", "2026-11-21 138 **** 0021"),
            ("1 2 3", "1 2 3"),
        ] {
            assert_eq!(mask_digit_runs(text), masked, "{text}");
        }
    }
}
