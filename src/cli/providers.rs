//! `ringback providers`: the documentation tables of the platforms.

use clap::Args;
use std::io::{Write, stdout};

use anyhow::Result;
use serde_json::{Value, json};

use super::{Usage, table};
use crate::domain::{CallOutcome, Lang, Party, Text};
use crate::platforms::{self, Provider};

/// `ringback providers`
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// One provider, with its fields and codes
    pub(super) provider: Option<String>,
    /// Print one object
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) fn run(flags: &Flags) -> Result<()> {
    let mut out = stdout();
    let Some(name) = &flags.provider else {
        if flags.json {
            let all: Vec<Value> = platforms::ALL.iter().map(|provider| object(*provider)).collect();
            return Ok(writeln!(out, "{}", Value::from(all))?);
        }
        let rows: Vec<Vec<String>> = platforms::ALL
            .iter()
            .map(|p| vec![p.id().0.to_owned(), p.title(Lang::Zh).to_owned(), p.title(Lang::En).to_owned()])
            .collect();
        return Ok(table::write(&mut out, &["PROVIDER", "名称", "NAME"], &rows)?);
    };
    let Some(provider) = platforms::by_name(name) else {
        let known: Vec<&str> = platforms::ALL.iter().map(|p| p.id().0).collect();
        return Err(Usage(format!("there is no provider {name}; there are: {}", known.join(", "))).into());
    };
    if flags.json {
        return Ok(writeln!(out, "{}", object(provider))?);
    }
    print(&mut out, provider)
}

fn print(out: &mut impl Write, provider: &dyn Provider) -> Result<()> {
    writeln!(out, "{}  {} / {}\n", provider.id(), provider.title(Lang::Zh), provider.title(Lang::En))?;
    let rows: Vec<Vec<String>> =
        provider.addresses().iter().map(|a| vec![a.tail.to_owned(), both(a.console_field), both(a.receives)]).collect();
    table::write(out, &["TAIL", "CONSOLE FIELD", "RECEIVES"], &rows)?;
    writeln!(out)?;
    let rows: Vec<Vec<String>> = provider
        .fields()
        .iter()
        .map(|f| {
            let required = if f.required { "yes" } else { "no" };
            [f.message, f.name, f.kind, required, f.maps_to]
                .map(str::to_owned)
                .into_iter()
                .chain([both(f.meaning)])
                .collect()
        })
        .collect();
    table::write(out, &["MESSAGE", "FIELD", "TYPE", "REQUIRED", "BECOMES", "MEANING"], &rows)?;
    for codes in provider.codes() {
        writeln!(out, "\n{}  {}  {}", codes.name, both(codes.title), codes.source)?;
        let rows: Vec<Vec<String>> = codes
            .codes
            .iter()
            .map(|c| {
                let outcome = c.outcome.map(CallOutcome::name).unwrap_or_default();
                vec![c.code.to_owned(), outcome.to_owned(), c.who.name().to_owned(), both(c.text), both(c.advice)]
            })
            .collect();
        table::write(out, &["CODE", "OUTCOME", "WHO ACTS", "MEANING", "ADVICE"], &rows)?;
    }
    writeln!(out, "\n{}", both(provider.retry().text))?;
    Ok(())
}

fn both(text: Text) -> String {
    if text.zh == text.en { text.zh.to_owned() } else { format!("{} / {}", text.zh, text.en) }
}

fn object(provider: &dyn Provider) -> Value {
    let text = |text: Text| json!({ "zh": text.zh, "en": text.en });
    let codes = |table: &platforms::CodeTable| {
        let codes = table.codes.iter().map(|c| {
            json!({ "code": c.code, "text": text(c.text), "who": c.who.name(), "advice": text(c.advice),
                "outcome": c.outcome.map(CallOutcome::name), "by": c.by.map(Party::name) })
        });
        json!({ "name": table.name, "title": text(table.title), "source": table.source, "codes": codes.collect::<Vec<_>>() })
    };
    json!({
        "id": provider.id().0,
        "title": { "zh": provider.title(Lang::Zh), "en": provider.title(Lang::En) },
        "addresses": provider.addresses().iter().map(|a| json!({
            "tail": a.tail, "console_field": text(a.console_field), "receives": text(a.receives) })).collect::<Vec<_>>(),
        "fields": provider.fields().iter().map(|f| json!({
            "message": f.message, "name": f.name, "type": f.kind, "required": f.required,
            "meaning": text(f.meaning), "maps_to": f.maps_to })).collect::<Vec<_>>(),
        "codes": provider.codes().iter().map(codes).collect::<Vec<_>>(),
        "samples": provider.samples().iter().map(|s| json!({
            "name": s.name, "title": text(s.title), "content_type": s.content_type, "body": s.body })).collect::<Vec<_>>(),
        "recording_days": provider.recording_days(),
    })
}
