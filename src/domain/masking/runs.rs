//! The runs of digits in a text, what stands between them, and which belong to something else: a
//! day, a time, the address of a machine, an id.

use crate::domain::escapes::Unescaped;
use crate::domain::spelling::{GAP_MAX, is_gap, is_unseen, plain};

/// The shortest hexadecimal id.
const ID_MIN: usize = 20;

/// A character of a text as it is read, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Atom {
    pub(super) start: usize,
    pub(super) end: usize,
    /// As [`plain`] gives it.
    pub(super) c: char,
}

/// A run of digits: from which atom to before which.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Of a day, a time, an address or an id.
    pub(super) apart: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    None,
    /// What people put between the parts of a number.
    Gap,
    /// One of these characters, which join other things more often.
    Odd(char),
}

#[derive(Debug)]
pub(super) struct Reading {
    pub(super) atoms: Vec<Atom>,
    pub(super) runs: Vec<Run>,
}

pub(super) fn as_it_stands(text: &str) -> Vec<Atom> {
    let atom = |(start, c): (usize, char)| Atom { start, end: start + c.len_utf8(), c: plain(c) };
    text.char_indices().filter(|(_, c)| !is_unseen(*c)).map(atom).collect()
}

/// With escapes as the characters that they stand for.
pub(super) fn as_it_reads(read: &Unescaped) -> Vec<Atom> {
    let text = std::str::from_utf8(read.bytes()).unwrap_or_default();
    let atom = |(at, c): (usize, char)| {
        let place = read.source(at..at + c.len_utf8());
        Atom { start: place.start, end: place.end, c: plain(c) }
    };
    text.char_indices().filter(|(_, c)| !is_unseen(*c)).map(atom).collect()
}

impl Reading {
    pub(super) fn new(atoms: Vec<Atom>) -> Self {
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

    /// What stands between a run and the next one.
    pub(super) fn link(&self, run: usize) -> Link {
        let Some(next) = self.runs.get(run + 1) else { return Link::None };
        let between = &self.atoms[self.runs[run].to..next.from];
        match between {
            [Atom { c: c @ ('/' | '_' | '~' | '|' | '\\' | ','), .. }] => Link::Odd(*c),
            _ if between.len() <= GAP_MAX && between.iter().all(|atom| is_gap(atom.c)) => Link::Gap,
            _ => Link::None,
        }
    }

    pub(super) fn length(&self, run: usize) -> usize {
        self.runs.get(run).map_or(0, |run| run.to - run.from)
    }

    fn value(&self, run: usize) -> u32 {
        let digits = self.runs.get(run).map_or(&[][..], |run| &self.atoms[run.from..run.to]);
        digits.iter().fold(0, |value: u32, atom| {
            value.saturating_mul(10).saturating_add(atom.c.to_digit(10).unwrap_or_default())
        })
    }

    /// The one character between a run and the next, where it is one.
    pub(super) fn joint(&self, run: usize) -> Option<char> {
        let next = self.runs.get(run + 1)?;
        let between = &self.atoms[self.runs[run].to..next.from];
        if let [only] = between { Some(only.c) } else { None }
    }

    fn before(&self, run: usize) -> Option<char> {
        run.checked_sub(1).and_then(|before| self.joint(before))
    }

    /// Whether a plus stands before a run, blanks and an opening bracket aside.
    pub(super) fn plus_before(&self, run: usize) -> bool {
        let before = &self.atoms[..self.runs[run].from];
        let sign = before.iter().rev().take(4).find(|atom| !matches!(atom.c, ' ' | '('));
        sign.is_some_and(|atom| atom.c == '+')
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
}
