//! Bounds: names, passwords and logins.

use std::time::Duration;

use jiff::SignedDuration;

/// Characters of a name of an app, a user or a token: fits a table's cell.
pub const NAME_CHARS_MAX: usize = 64;
/// Characters of an app's token: shorter could be guessed, longer does not fit every platform's address field.
pub const APP_TOKEN_LEN: std::ops::RangeInclusive<usize> = 16..=64;
/// The longest app key, app secret, password or announcement.
pub const SECRET_BYTES_MAX: usize = 1_024;
/// Apps, users and API tokens, of each: all are in memory and are listed on one page.
pub const SET_MAX: usize = 1_000;
/// Saved searches of one person, and shared ones: a row of links above a list, not an archive.
pub const SEARCHES_MAX: usize = 100;
/// The longest query that is saved: a hundred values of each of a handful of filters.
pub const SEARCH_QUERY_MAX: usize = 8 << 10;
/// The state log is rewritten at a start when it has this many records, and many times more than it needs.
pub const STATE_REWRITE_RECORDS: usize = 2_000;
/// The state log is one segment: larger than it ever becomes.
pub const STATE_SEGMENT_BYTES: u64 = 1 << 40;
/// How much of the state log is read at once.
pub const STATE_READ_BYTES: usize = 4 << 20;
/// The shortest password: ten characters and a slow hash outlast guessing at the login page.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// How hard a password is to guess, from 0 to 4, so that it may be set: from 2 on it takes a million
/// guesses, which is months at the login page. Lower are the common ones, dates, keys in a row.
pub const PASSWORD_SCORE_MIN: u8 = 2;
/// The shortest password of digits only: shorter ones are dates and phone numbers.
pub const PASSWORD_DIGITS_MIN: usize = 16;
/// Characters of a password by which it is judged: the time grows with their square, and what is
/// longer is no weaker.
pub const PASSWORD_JUDGED_CHARS: usize = 64;
/// Passwords hashed at once: each takes 19 MiB and one core for some ten milliseconds.
pub const PASSWORD_CHECKS: usize = 2;
/// How long the choice of language and theme is remembered: browsers keep no cookie for longer.
pub const PREFERENCE_TIME: Duration = Duration::from_secs(400 * 24 * 3600);
/// How long a login lasts: two weeks without typing a password, and not for ever.
pub const LOGIN_TIME: Duration = Duration::from_secs(14 * 24 * 3600);
/// How long a name and a password are good for the code that follows: to find the phone.
pub const LOGIN_CODE_TIME: Duration = Duration::from_secs(5 * 60);
/// Recovery codes made at once: as many as fit on a note in a drawer.
pub const RECOVERY_CODES: usize = 10;
/// How long a browser remembers that somebody was logged in with it: browsers keep no cookie for longer.
pub const KNOWN_BROWSER_TIME: Duration = Duration::from_secs(400 * 24 * 3600);
/// Names that a browser remembers: those of a shift that shares a desk.
pub const KNOWN_BROWSER_NAMES: usize = 8;
/// Tickets remembered as spent at once, each for minutes: more logins than a company has people.
pub const TICKETS_SPENT_MAX: usize = 10_000;
/// How long a login at a provider may take, there and back: passwords and codes are typed there.
pub const OIDC_LOGIN_TIME: Duration = Duration::from_secs(10 * 60);
/// How long a provider of logins may take to answer; a person waits for it.
pub const OIDC_TIME: Duration = Duration::from_secs(10);
/// The longest answer of a provider that is read; an ID token with many groups has a few kilobytes.
pub const OIDC_ANSWER_MAX: usize = 256 << 10;
/// How long a provider's own description is believed: it moves once in years.
pub const OIDC_DISCOVERY_AGE: SignedDuration = SignedDuration::from_hours(1);
/// How far a provider's clock may be off.
pub const OIDC_CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(60);
/// The age of an ID token that is taken: it was made a moment ago, for this login.
pub const OIDC_TOKEN_AGE: SignedDuration = SignedDuration::from_mins(10);
/// How often it is written that a token is in use: it shall be seen which ones nobody needs.
pub const TOKEN_USE_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// Logins kept per user; the oldest one goes. A person has a handful of browsers.
pub const LOGINS_PER_USER: usize = 64;
/// Characters kept of what a browser says it is: the longest usual one has two hundred.
pub const AGENT_CHARS_MAX: usize = 300;
/// Logins of which it is remembered when they were last used: some fifty bytes each.
pub const LOGINS_SEEN_MAX: usize = 10_000;
/// Logins tried for one name from one network, or by one browser that was logged in before, within
/// [`LOGIN_WINDOW`]: enough for a tired person, too few for a guesser.
pub const LOGIN_TRIES_NAME: u32 = 10;
/// Passwords of one name tried by strangers from everywhere within [`LOGIN_WINDOW`]: ten thousand a
/// day, a hundred days for the weakest password that may be set.
pub const LOGIN_TRIES_STRANGERS: u32 = 100;
/// The same for codes of the second step: of a million three are right at any time.
pub const LOGIN_TRIES_CODES: u32 = 10;
/// Logins tried by one peer within [`LOGIN_WINDOW`]: a whole office may share an address.
pub const LOGIN_TRIES_PEER: u32 = 30;
/// How long tries are remembered: guessing a thousand passwords of one name from one network takes
/// a day.
pub const LOGIN_WINDOW: Duration = Duration::from_secs(15 * 60);
/// Counts of tries that are remembered at once: a megabyte, however many come.
pub const LOGIN_TRACKED: usize = 10_000;
