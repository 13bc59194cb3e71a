//! How hard a password is to guess: the common ones, dates and keys in a row are refused.
//!
//! Estimated by zxcvbn, which counts the guesses that somebody would need who knows what people
//! take for passwords. Our own names, the platforms' and the user's are known to them as well.
//! Digits alone are refused whatever they are: in this trade they are dates and phone numbers.

use zxcvbn::Score;
use zxcvbn::feedback::{Feedback, Warning};

use crate::domain::{Lang, Text, Wording};
use crate::limits::{PASSWORD_CHARS_MIN, PASSWORD_DIGITS_MIN, PASSWORD_JUDGED_CHARS, PASSWORD_SCORE_MIN};
use crate::platforms;

/// Words that somebody who guesses tries first here, besides the names of the platforms.
const KNOWN_HERE: [&str; 3] = ["ringback", "huiling", "回铃"];

/// How hard a password is to guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strength {
    /// From 0 to 4; a password may be set from [`PASSWORD_SCORE_MIN`] on.
    pub score: u8,
    /// Why it may not be set.
    pub problem: Option<Wording>,
}

impl Strength {
    /// Looks at a password for the user of this name. It takes some milliseconds of a core.
    #[must_use]
    pub(super) fn of(name: &str, password: &str) -> Self {
        let judged: String = password.chars().take(PASSWORD_JUDGED_CHARS).collect();
        let of_platforms = platforms::ALL.iter().flat_map(|platform| {
            let titles = platform.title(Lang::Zh).split(' ');
            platform.id().0.split('-').chain(titles.flat_map(|word| [word, word.trim_end_matches('云')]))
        });
        let known: Vec<&str> = KNOWN_HERE.into_iter().chain(of_platforms).chain([name]).collect();
        let estimated = zxcvbn::zxcvbn(&judged, &known);
        let score = match estimated.score() {
            Score::Zero => 0,
            Score::One => 1,
            Score::Two => 2,
            Score::Three => 3,
            _ => 4,
        };
        if is_digits(password) {
            return Self { score: score.min(1), problem: Some(too_easy(DIGITS)) };
        }
        if password.chars().count() < PASSWORD_CHARS_MIN {
            let problem = Wording::new(
                format!("密码至少 {PASSWORD_CHARS_MIN} 个字符"),
                format!("a password has at least {PASSWORD_CHARS_MIN} characters"),
            );
            return Self { score: score.min(1), problem: Some(problem) };
        }
        let why = estimated.feedback().and_then(Feedback::warning).map_or(WORDS, why);
        Self { score, problem: (score < PASSWORD_SCORE_MIN).then(|| too_easy(why)) }
    }
}

/// Digits, and what people put between those of a date or a number.
fn is_digits(password: &str) -> bool {
    let between = |c: char| matches!(c, ' ' | '-' | '.' | '/' | '+' | ':' | '_' | '年' | '月' | '日');
    let digits = password.chars().filter(char::is_ascii_digit).count();
    (1..PASSWORD_DIGITS_MIN).contains(&digits) && password.chars().all(|c| c.is_ascii_digit() || between(c))
}

const DIGITS: Text = Text::new("它只有数字，像日期或手机号", "it is digits only, as dates and phone numbers are");
const WORDS: Text = Text::new("它由常见的词或你的用户名组成", "it is made of common words or of the user's own name");

fn why(warning: Warning) -> Text {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => {
            Text::new("它是键盘上相邻的键", "it is keys in a row")
        }
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            Text::new("它重复同样的字符", "it repeats itself")
        }
        Warning::SequencesLikeAbcAreEasyToGuess => {
            Text::new("它是连续的字母或数字", "it is letters or digits in order")
        }
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => {
            Text::new("它含有年份或日期", "it holds a year or a date")
        }
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => {
            Text::new("它是常见密码，或与之相近", "it is a common password, or close to one")
        }
        Warning::AWordByItselfIsEasyToGuess => Text::new("它只是一个词", "it is a single word"),
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess => {
            Text::new("它是人名", "it is a name")
        }
    }
}

fn too_easy(why: Text) -> Wording {
    Wording::new(
        format!("密码太容易被猜到：{}。请用几个不相关的词，或只有你会想到的一句话", why.zh),
        format!(
            "the password is too easy to guess: {}. Take several unrelated words, or a sentence only you would think of",
            why.en
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_passwords_dates_and_numbers_are_refused_and_some_words_are_not() {
        for weak in [
            "password12",
            "Password123!",
            "1234567890",
            "8302947165",
            "13912345603",
            "+86 139 1234 5603",
            "2026-11-30",
            "2026年11月30日",
            "20261130201",
            "qwertyuiop",
            "1q2w3e4r5t",
            "aaaaaaaaaa",
            "iloveyou12",
            "p@ssw0rd2024",
            "ringback2026",
            "zhangweizhangwei",
        ] {
            let strength = Strength::of("zhangwei", weak);
            assert!(strength.problem.is_some() && strength.score < PASSWORD_SCORE_MIN, "{weak}: {strength:?}");
        }
        for strong in [
            "correct horse battery",
            "another password of mine",
            "kN8fQz2LwX",
            "黄昏 灯塔 萝卜 自行车",
            "31415926535897932384",
            &"a sentence that goes on and on ".repeat(30),
        ] {
            assert_eq!(Strength::of("zhangwei", strong).problem, None, "{strong}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_words_that_help() {
        for (password, zh) in [
            ("2026-11-30", "只有数字"),
            ("password12", "常见密码"),
            ("qwertyuiop", "常见密码"),
            ("short", "至少 10 个字符"),
        ] {
            let problem = Strength::of("lin", password).problem.unwrap();
            assert!(problem.zh.contains(zh), "{password}: {}", problem.zh);
        }
    }
}
