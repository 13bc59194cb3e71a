//! What people type into boxes, as the notation of rules and lists has it.
//!
//! Times, days and numbers come from spreadsheets, notices and Chinese keyboards: full-width, with
//! any dash, with 年 and 月. What cannot be read stays as it was typed, for whoever checks it to
//! say so. The limits of what may be kept are the control room's.

use crate::domain::{PhoneNumber, Wording};

/// What stands between the two ends of a span, a dash of any kind among them.
const TO: [char; 9] = ['-', '~', '至', '到', '\u{2013}', '\u{2014}', '\u{2015}', '\u{2212}', '\u{301c}'];

/// Full-width characters as the narrow ones that they stand for.
fn narrow(text: &str) -> String {
    let narrow = |c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        c => c,
    };
    text.trim().chars().map(narrow).collect()
}

pub(crate) fn values(text: &str) -> Vec<&str> {
    let between = [',', ';', '、', '\u{ff0c}', '\u{ff1b}', '\n'];
    text.split(between).map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// A number without what people put between its digits; a beginning keeps its star.
pub(crate) fn number(text: &str) -> String {
    PhoneNumber::tidy(text)
}

/// `22:00-07:00`: both ends as `HH:MM`, or why it is no part of a day.
pub(crate) fn times(text: &str) -> Result<(String, String), Wording> {
    let narrow = narrow(text);
    let ends: Vec<&str> = narrow.split(TO).map(str::trim).collect();
    let [from, to] = ends.as_slice() else {
        return Err(Wording::new(
            format!("“{text}”不是一段时间：请写起点和终点，如 9:00-12:00，多段用逗号隔开"),
            format!("“{text}” is no span: write both ends, such as 9:00-12:00, several with commas"),
        ));
    };
    let time = |end: &str| {
        clock(end).ok_or_else(|| {
            Wording::new(
                format!("“{text}”里的“{end}”不是时间：请写成 9:00 或 22:30"),
                format!("“{end}” in “{text}” is no time: write it such as 9:00 or 22:30"),
            )
        })
    };
    let (from, to) = (time(from)?, time(to)?);
    if from == "24:00" {
        return Err(Wording::new(
            format!("“{text}”：24:00 只能作终点，起点请写 0:00"),
            format!("“{text}”: 24:00 is an end; begin with 0:00"),
        ));
    }
    if from == to {
        return Err(Wording::new(
            format!("“{text}”的起点和终点相同：全天请写 0:00-24:00，或留空"),
            format!("“{text}” ends where it begins: a whole day is 0:00-24:00, or nothing"),
        ));
    }
    Ok((from, to))
}

/// `9:00` as `09:00`.
fn clock(text: &str) -> Option<String> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !matches!(hour.len(), 1 | 2) || minute.len() != 2 || !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u8, u8) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && (hour < 24 || (hour, minute) == (24, 0))).then(|| format!("{hour:02}:{minute:02}"))
}

/// A day, or the first and last of some, as lists have them: `2026-10-01/2026-10-08`. The last day
/// may leave out the year, or year and month, that it shares with the first.
pub(crate) fn days(text: &str) -> String {
    span_of_days(&narrow(text)).unwrap_or_else(|| text.trim().to_owned())
}

fn span_of_days(text: &str) -> Option<String> {
    let is_digit = |c: char| c.is_ascii_digit();
    let digits: Vec<&str> = text.split(|c| !is_digit(c)).filter(|group| !group.is_empty()).collect();
    let gaps: Vec<&str> = text.split(is_digit).filter(|gap| !gap.is_empty()).collect();
    let may_stand = |c: char| matches!(c, '年' | '月' | '日' | '号' | '/' | '.' | ' ') || TO.contains(&c);
    if !text.starts_with(is_digit) || !gaps.iter().all(|gap| gap.chars().all(may_stand)) {
        return None;
    }
    let ([year, month, day], rest) = digits.split_first_chunk::<3>()?;
    let date = |year: &str, month: &str, day: &str| {
        let fit = year.len() == 4 && month.len() <= 2 && day.len() <= 2;
        fit.then(|| format!("{year}-{month:0>2}-{day:0>2}"))
    };
    let first = date(year, month, day)?;
    let last = match rest {
        [] => return Some(first),
        [day] => date(year, month, day),
        [month, day] => date(year, month, day),
        [year, month, day] => date(year, month, day),
        _ => None,
    };
    let between = gaps.get(2)?;
    (between.contains('/') || between.contains(TO)).then(|| last.map(|last| format!("{first}/{last}")))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (typed, from, to) in [
            ("22:00-07:00", "22:00", "07:00"),
            ("9:00-12:00", "09:00", "12:00"),
            ("22：00－7：00", "22:00", "07:00"),
            ("9:00 ～ 18:30", "09:00", "18:30"),
            ("9:00至24:00", "09:00", "24:00"),
            ("０9:00—12:00", "09:00", "12:00"),
        ] {
            assert_eq!(times(typed), Ok((from.to_owned(), to.to_owned())), "{typed}");
        }
        for (typed, said) in [
            ("9:00", "起点和终点"),
            ("9:00-12:00-14:00", "起点和终点"),
            ("9:00-soon", "“soon”不是时间"),
            ("9-12", "“9”不是时间"),
            ("9:00-25:00", "“25:00”不是时间"),
            ("9:60-12:00", "“9:60”不是时间"),
            ("24:00-7:00", "只能作终点"),
            ("9:00-09:00", "相同"),
        ] {
            let why = times(typed).unwrap_err();
            assert!(why.zh.contains(said) && why.zh.contains(typed), "{typed}: {}", why.zh);
        }
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for (typed, read) in [
            ("2026-10-01", "2026-10-01"),
            ("2026/10/1", "2026-10-01"),
            ("2026.10.1", "2026-10-01"),
            ("2026年10月2日", "2026-10-02"),
            ("２０２６年１０月２日", "2026-10-02"),
            ("2026-10-01/2026-10-08", "2026-10-01/2026-10-08"),
            ("2026/10/1-2026/10/8", "2026-10-01/2026-10-08"),
            ("2026年10月1日至10月8日", "2026-10-01/2026-10-08"),
            ("2026年10月1日－8日", "2026-10-01/2026-10-08"),
            ("2026-10-01 - 2027-01-03", "2026-10-01/2027-01-03"),
            // What is no day stays, for the check to name it.
            ("soon", "soon"),
            ("2026-10-01 10:00", "2026-10-01 10:00"),
            ("2026-10-01 2026-10-02", "2026-10-01 2026-10-02"),
            ("26-10-1", "26-10-1"),
        ] {
            assert_eq!(days(typed), read, "{typed}");
        }
    }

    #[test]
    fn numbers_are_read_as_people_write_them_and_a_mask_stays_one() {
        for (typed, read) in [
            ("138-0000-0021", "13800000021"),
            ("(0755) 2878 0808", "075528780808"),
            ("１３８００００００２１", "13800000021"),
            ("+86 138 0000*", "+861380000*"),
            ("+86138****0021", "+86138****0021"),
        ] {
            assert_eq!(number(typed), read, "{typed}");
        }
    }
}
