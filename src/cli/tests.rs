//! What may be written, and that both ways to the API give the same answers.

use clap::{CommandFactory, Parser};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::json;
use tempfile::TempDir;
use tokio::net::UnixListener;

use super::arguments::{Arguments, Command};
use super::client::{Client, Needs, part};
use super::here::Here;
use super::place::Place;
use super::*;

mod documents;

fn parse(line: &str) -> Result<(Place, Command), String> {
    let arguments = Arguments::try_parse_from(std::iter::once("ringback").chain(line.split_whitespace()));
    arguments.map_err(|error| error.to_string())?.settle().map_err(|error| error.to_string())
}

#[test]
fn the_definition_of_the_arguments_is_sound() {
    Arguments::command().debug_assert();
}

#[test]
fn apps_by_name_and_all_apps_contradict_each_other() {
    for command in ["user add wang --role viewer", "user set wang", "token add crm --role viewer"] {
        let clash = parse(&format!("{command} --app courier --all-apps")).unwrap_err();
        assert!(clash.contains("cannot be used with"), "{command}: {clash}");
    }
}

#[test]
fn every_documented_line_is_understood() {
    for line in [
        "",
        "--listen 127.0.0.1:0 --public-url https://a.example",
        "serve --config ringback.toml --listen 127.0.0.1:0 --plain-listen 127.0.0.1:8080",
        "--data d serve",
        "serve --data d",
        "demo --listen 127.0.0.1:0",
        "simulate jiuyun --to https://127.0.0.1:8443/callbacks/x --calls 9 --rate 2.5 --seed 7 --chaos --time-scale 60",
        "simulate huawei-voice --to http://h/callbacks/x --app-key k --app-secret-file f",
        "app add --provider jiuyun --name n --token abcdefghijklmnop --verify log --allow-from 10.0.0.0/8 --allow-from ::1",
        "app add --provider huawei-voice --name n --app-key k --app-secret-file f",
        "app list --json",
        "app set n --verify enforce --app-key k",
        "app rotate n",
        "app remove n",
        "user add wang --role admin --password-stdin",
        "user add wang --role viewer --app order-hotline --app courier --password-stdin",
        "user set wang --role operator --all-apps",
        "user set wang --app courier",
        "user reset-totp wang",
        "user require-totp admin",
        "user list",
        "user passwd wang",
        "user remove wang",
        "user add wang --role viewer --all-apps --password-stdin",
        "token add crm --role viewer",
        "token add crm --role viewer --all-apps",
        "token add crm --role viewer --app courier --expires 90d",
        "token list",
        "token revoke crm",
        "calls --app a --app b --not-outcome busy --number 0021 --from 2026-11-21T00:00:00Z --min-talk 5 --json",
        "calls --csv --has-recording true --limit 10 --masked",
        "callbacks --outcome unparsable --session x",
        "tail",
        "backup dest",
        "verify",
        "verify dir --json",
        "reindex",
        "bindings --state active --x 0808 --not-b 0021 --json",
        "bindings add --app courier --a 13800000001 --x 17000000001 --b 13800000002 --valid-to 2026-12-01T00:00:00Z --record",
        "bindings add --app courier --kind ax --a 13800000001 --x 17000000001 --record false --max-minutes 30",
        "bindings show 7",
        "bindings change 7 --user-data order=7",
        "bindings end 7",
        "bindings import f.csv --app courier",
        "bindings import - --app courier --json",
        "export bindings --format csv --state active",
        "rules show --app courier --json",
        "rules set --app courier rules.json",
        "rules try --app courier --x 17000000001 --caller 13800000001 --at 2026-11-21T22:00:00+08:00",
        "rules try --app courier --sms --rules rules.json --ask --json",
        "rules versions --app courier",
        "rules secret --app courier",
        "rules lists",
        "rules set-list holidays --kind days days.txt",
        "rules remove-list holidays",
        "decisions --action close --rule default --x 0808 --not-caller 0021 --csv",
        "retention show",
        "retention run --dry-run",
        "retention hold dispute --reason court --number 0021 --from 2026-11-21T00:00:00Z",
        "retention release 0123abcd",
        "erase 13800000021 --pseudonymise --dry-run --reason asked",
        "settings",
        "settings retention.raw_days 90",
        "search list --list calls --json",
        "searches list",
        "search save busy --list calls --query outcome=busy&not_app=test --shared",
        "search remove 0123abcd",
        "system",
        "log",
        "log --follow --level warn --limit 20 --json",
        "export calls --format csv --provider jiuyun",
        "export callbacks --format jsonl",
        "export sms --format xlsx",
        "config default",
        "config check f.toml",
        "providers",
        "providers jiuyun",
        "healthcheck",
        "completions bash",
        "man",
    ] {
        if let Err(error) = parse(line) {
            panic!("ringback {line}: {error}");
        }
    }
}

#[test]
fn wrong_lines_are_refused() {
    for line in [
        "nonsense",
        "calls --bogus 1",
        "calls --json --csv",
        "app add --name n",
        "export calls",
        "export calls --format pdf",
        "bindings --state active end 7",
        "bindings import f.csv",
        "simulate jiuyun",
        "serve --tls-cert c",
        "--listen 127.0.0.1:0 calls",
    ] {
        assert!(parse(line).is_err(), "ringback {line}");
    }
}

#[test]
fn serve_is_what_happens_when_no_command_is_given() {
    let (place, command) = parse("--data here --listen 127.0.0.1:0").unwrap();
    assert_eq!(place.data.to_str(), Some("here"));
    let Command::Serve(flags) = command else { panic!("{command:?}") };
    assert!(
        matches!(parse("serve --data here --listen 127.0.0.1:0").unwrap().1, Command::Serve(same) if same == flags)
    );
}

#[test]
fn filters_become_the_query_of_the_api() {
    let (_, command) = parse("calls --app a --app b --not-x 0021 --min-talk 5 --limit 7").unwrap();
    let Command::Calls(flags) = command else { panic!("{command:?}") };
    let query = flags.query();
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(query, [("app", "a"), ("app", "b"), ("not_x", "0021"), ("min_talk", "5"), ("limit", "7")]);
}

/// An installation opened in this process and served on its socket, as a server does.
async fn served() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let here = Here::open(dir.path()).await.unwrap();
    let listener = UnixListener::bind(dir.path().join("control.sock")).unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(warp::service(here.routes()));
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
    dir
}

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_is_used_exactly_while_the_lock_is_held() {
    let dir = served().await;
    let client = Client::open(dir.path(), Needs::State, false).await.unwrap();
    assert!(client.is_remote());
    client.post("/tokens", &json!({"name": "a/b 热线", "role": "viewer"})).await.unwrap();
    let listed = client.get("/tokens", &[]).await.unwrap();
    assert_eq!(listed["items"][0]["name"], "a/b 热线");
    client.delete(&format!("/tokens/{}", part("a/b 热线"))).await.unwrap();

    // A socket that was copied along or left behind says nothing.
    let alone = tempfile::tempdir().unwrap();
    std::fs::write(alone.path().join("control.sock"), "").unwrap();
    let client = Client::open(alone.path(), Needs::Store, false).await.unwrap();
    assert!(!client.is_remote());
    client.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ways_refuse_alike() {
    let dir = served().await;
    let alone = tempfile::tempdir().unwrap();
    for data in [dir.path(), alone.path()] {
        let client = Client::open(data, Needs::NewState, false).await.unwrap();
        let refused = client.post("/tokens", &json!({"name": "x", "role": "king"})).await.unwrap_err();
        assert!(refused.is::<Usage>(), "{refused}");
        assert_eq!(refused.to_string(), "role=king is not one of viewer, operator, admin");
        let refused = client.delete("/tokens/none").await.unwrap_err();
        assert!(!refused.is::<Usage>(), "{refused}");
        assert_eq!(refused.to_string(), "there is no token none");
        client.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_directory_is_made_only_by_what_has_something_to_put_there() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let refused = Client::open(&data, Needs::Store, false).await.unwrap_err();
    assert!(refused.to_string().contains("there is no data directory"), "{refused}");
    assert!(!data.exists());
    Client::open(&data, Needs::NewState, false).await.unwrap().close().await.unwrap();
    assert!(data.join("state").is_dir());
    // The lock was given back.
    Client::open(&data, Needs::State, false).await.unwrap().close().await.unwrap();
}
