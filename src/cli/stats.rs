//! `ringback stats`: the figures of the statistics page, for people, as JSON or as CSV.

use std::io::{IsTerminal, Write, stdout};

use anyhow::Result;
use clap::Args;
use serde_json::Value;

use super::app::items;
use super::arguments::Place;
use super::client::{Client, Needs};
use super::filters::{Filters, Stats};
use super::{cells, owner, table};
use crate::export::{self, csv};

/// What may be written behind it.
#[derive(Debug, Args)]
pub(super) struct Flags {
    #[command(flatten)]
    filters: Filters<Stats>,
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

/// Does it.
pub(super) async fn run(place: &Place, flags: Flags) -> Result<()> {
    let mut query = flags.filters.query;
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
    let rows: Vec<Vec<String>> = items(&answer).iter().map(row).collect();
    table::write(&mut stdout(), &["FROM", "WHAT", "CALLS", "ANSWERED", "ASR", "ACD", "PDD", "TALK", "PEAK"], &rows)?;
    if rows.is_empty() {
        eprintln!("nothing counted");
    }
    Ok(())
}

fn row(item: &Value) -> Vec<String> {
    let week = || format!("{} {:0>2}:00", weekday(&item["weekday"]), cells::text(&item["hour"]));
    vec![
        item["at"].as_str().map_or_else(week, cells::second),
        cells::text(&item["key"]),
        cells::text(&item["calls"]),
        cells::text(&item["answered"]),
        item["asr"].as_f64().map_or_else(String::new, |asr| format!("{:.1}%", asr * 100.0)),
        mean(&item["acd"]),
        mean(&item["pdd"]),
        item["talk_seconds"].as_u64().map_or_else(String::new, |seconds| format!("{} min", (seconds + 30) / 60)),
        cells::text(&item["peak"]),
    ]
}

/// Empty for rows that are of no day of the week.
fn weekday(number: &Value) -> &'static str {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let day = number.as_u64().and_then(|day| usize::try_from(day).ok()?.checked_sub(1));
    day.and_then(|day| DAYS.get(day)).copied().unwrap_or_default()
}

fn mean(seconds: &Value) -> String {
    seconds.as_f64().map_or_else(String::new, |seconds| format!("{seconds:.1} s"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_step_is_one_line() {
        let hour = json!({"at": "2026-11-21T02:00:00Z", "key": null, "calls": 70, "answered": 49, "talk_seconds": 3850,
            "asr": 0.7, "acd": 78.5714, "pdd": 3.0, "peak": 4});
        assert_eq!(row(&hour), ["2026-11-21T02:00:00Z", "", "70", "49", "70.0%", "78.6 s", "3.0 s", "64 min", "4"]);
        let week = json!({"at": null, "weekday": 6, "hour": 9, "calls": 3, "answered": 1, "talk_seconds": 0});
        assert_eq!(row(&week)[..3], ["Sat 09:00", "", "3"]);
    }
}
