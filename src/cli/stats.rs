//! `ringback stats`: the figures of the statistics page, for people, as JSON or as CSV.

use std::io::{IsTerminal, Write, stdout};

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use serde_json::Value;

use super::app::items;
use super::client::{Client, Needs};
use super::filters::Filters;
use super::place::Place;
use super::{cells, owner, table};
use crate::domain::metrics::{self, Metric};
use crate::export::{self, csv};
use crate::store::StatQuery;

/// What the figures mean, behind the help.
fn meanings() -> String {
    let line = |metric: &Metric| format!("  {:<13} {}", metric.name, metric.meaning.en);
    format!("Figures:\n{}", metrics::METRICS.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// What may be written behind it.
#[derive(Debug, Args)]
#[command(after_help = meanings())]
pub(super) struct Flags {
    #[command(flatten)]
    filters: Filters<StatQuery>,
    /// The width of a step: hour, day, weekday_hour, or all for the whole span [default: hour]
    #[arg(long, value_name = "STEP")]
    by: Option<String>,
    /// A row for each: app, provider, product, outcome, cause, x, talk
    #[arg(long, value_name = "WHAT")]
    group: Option<String>,
    /// Print the API's answer
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print CSV
    #[arg(long)]
    csv: bool,
}

pub(super) async fn run(place: &Place, flags: Flags) -> Result<()> {
    let mut query = flags.filters.query;
    let by = flags.by.clone();
    let named = [("by", flags.by), ("group", flags.group)];
    query.extend(named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    let client = Client::open(&place.data, Needs::Store, place.masked).await?;
    let text = client.get_text("/stats", &query).await?;
    client.close().await?;
    owner::settle(&place.data)?;
    if flags.json {
        return Ok(writeln!(stdout(), "{text}")?);
    }
    let answer: Value = serde_json::from_str(&text)?;
    if flags.csv {
        let written = [csv::head(&export::STATS, None)?, csv::rows(&export::STATS, items(&answer), None)?].concat();
        return Ok(stdout().write_all(&table::csv(written, stdout().is_terminal()))?);
    }
    let (head, rows) = figures(by.as_deref(), items(&answer));
    table::write(&mut stdout(), &head, &rows)?;
    if rows.is_empty() {
        eprintln!("nothing counted");
    }
    Ok(())
}

/// The table of these rows, each with its step as people in China name it.
fn figures(by: Option<&str>, rows: &[Value]) -> (Vec<&'static str>, Vec<Vec<String>>) {
    let named = |row: &Value| {
        let week = || format!("{} {:0>2}:00", weekday(&row["weekday"]), cells::text(&row["hour"]));
        let step = row["at"].as_str().map_or_else(week, |at| step(by, at));
        let mut row = row.clone();
        row["at"] = step.into();
        row
    };
    export::STATS.table(&rows.iter().map(named).collect::<Vec<_>>())
}

/// The start of a step as people in China name it: days and hours are those of Asia/Shanghai.
fn step(by: Option<&str>, at: &str) -> String {
    let Ok(at) = at.parse::<Timestamp>() else { return cells::second(at) };
    let local = at.to_zoned(crate::domain::BEIJING);
    local.strftime(if by == Some("day") { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M +08" }).to_string()
}

/// Empty for rows that are of no day of the week.
fn weekday(number: &Value) -> &'static str {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let day = number.as_u64().and_then(|day| usize::try_from(day).ok()?.checked_sub(1));
    day.and_then(|day| DAYS.get(day)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_step_is_one_line() {
        let hour = json!({"at": "2026-11-21T02:00:00Z", "key": null, "calls": 70, "answered": 49, "under_way": 2,
            "talk_seconds": 3850, "asr": 0.7, "acd": 78.5714, "pdd": 3.0, "peak": 4});
        assert_eq!(
            figures(None, &[hour]).1[0],
            ["2026-11-21 10:00 +08", "", "70", "49", "2", "70.0%", "78.6 s", "3.0 s", "64 min", "4"]
        );
        let week = json!({"at": null, "weekday": 6, "hour": 9, "calls": 3, "answered": 1, "talk_seconds": 0});
        assert_eq!(figures(Some("weekday_hour"), &[week]).1[0][..3], ["Sat 09:00", "", "3"]);
    }

    #[test]
    fn a_day_is_named_as_the_day_that_it_is_in_china() {
        // Midnight in Shanghai is four in the afternoon of the day before in UTC.
        assert_eq!(step(Some("day"), "2026-11-30T16:00:00Z"), "2026-12-01");
        assert_eq!(step(Some("hour"), "2026-11-30T16:00:00Z"), "2026-12-01 00:00 +08");
    }
}
