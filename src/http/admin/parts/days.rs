//! Rows by day.

use crate::domain::Lang;
use crate::http::admin::parts::local;
use jiff::Timestamp;

#[derive(Debug)]
pub(crate) struct Day<T> {
    pub(crate) title: String,
    pub(crate) rows: Vec<T>,
}

pub(crate) fn days<T>(lang: Lang, rows: impl Iterator<Item = (Timestamp, T)>) -> Vec<Day<T>> {
    let mut days: Vec<Day<T>> = Vec::new();
    for (t, row) in rows {
        let title = day_title(lang, t);
        match days.last_mut() {
            Some(day) if day.title == title => day.rows.push(row),
            _ => days.push(Day { title, rows: vec![row] }),
        }
    }
    days
}

/// `11月21日 星期六`, `Saturday 21 November 2026`.
pub(crate) fn day_title(lang: Lang, t: Timestamp) -> String {
    const WEEK: [&str; 7] = ["日", "一", "二", "三", "四", "五", "六"];
    match lang {
        Lang::En => local(t, "%A %-d %B %Y"),
        Lang::Zh => {
            let weekday: usize = local(t, "%w").parse().unwrap_or(0);
            format!("{} 星期{}", local(t, "%Y年%-m月%-d日"), WEEK[weekday % 7])
        }
    }
}
