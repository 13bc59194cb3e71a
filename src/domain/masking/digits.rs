//! What a run of digits is: a mobile, a landline, a service, a number from abroad, or nothing.

/// The fewest digits that are hidden within text: fewer are a service's, or nobody's.
pub(super) const FEWEST: usize = 7;
/// The most digits of a number: those of E.164 behind `00`.
pub(super) const MOST: usize = 17;
pub(super) const MOBILE: usize = 11;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    None,
    /// A number that may go on.
    Perhaps,
    Sure,
}

/// What digits behind a plus are; `None` where other rules say more.
pub(super) fn foreign(digits: &[u8]) -> Option<Kind> {
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
pub(super) fn is_spelled(digits: &[u8], lengths: &[usize]) -> bool {
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
pub(super) fn without_code(digits: &[u8]) -> &[u8] {
    digits.strip_prefix(b"0086").or_else(|| digits.strip_prefix(b"86")).unwrap_or(digits)
}

pub(super) fn is_mobile(national: &[u8]) -> bool {
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
pub(super) fn area_digits(national: &[u8]) -> Option<usize> {
    match national {
        [b'1', b'0', ..] | [b'2', ..] => Some(2),
        [b'3'..=b'9', ..] => Some(3),
        _ => None,
    }
}
