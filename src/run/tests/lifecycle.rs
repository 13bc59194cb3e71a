//! Starting, stopping, reloading, and what stands in the way.
//!
//! Each refusal must be one line that a person can act on, and must leave no lock, no socket and no
//! half-made directory behind.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tokio::net::UnixStream;

use super::*;
use crate::audit::AuditEntry;
use crate::domain::ActorKind;
use crate::retention::Policy;
use crate::state::Author;

async fn refusal(config: Config) -> String {
    let error = Running::start(config, Clock::system(), Arc::default()).await.expect_err("it should not have started");
    let text = Chain(&error).to_string();
    assert!(!text.contains('\n'), "{text}");
    text
}

#[tokio::test]
async fn the_data_directory_is_made_for_its_owner_only() {
    let appliance = Appliance::start().await;
    let data = appliance.dir.path().join("data");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("control.sock")), 0o600);
    for room in ["journal", "state", "store", "recordings", "certs", "keys", "torn", "tmp"] {
        assert!(data.join(room).is_dir(), "{room}");
    }
}

#[tokio::test]
async fn a_second_process_is_refused_in_one_line() {
    let appliance = Appliance::start().await;
    let text = refusal(config(appliance.dir.path(), "")).await;
    assert!(text.contains("in use"), "{text}");
}

#[tokio::test]
async fn a_directory_that_cannot_be_used_is_named_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("data"), "a file").unwrap();
    let text = refusal(config(dir.path(), "")).await;
    assert!(text.contains("using the data directory") && text.contains("data"), "{text}");

    // Where nobody may make anything, not even root.
    let mut nowhere = config(dir.path(), "");
    nowhere.data = "/proc/ringback".into();
    assert!(refusal(nowhere).await.contains("/proc/ringback"));
}

#[tokio::test]
async fn an_address_in_use_is_named_in_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path(), "");
    config.listen = taken.local_addr().unwrap();
    let text = refusal(config).await;
    assert!(text.contains(&format!("listening on {}", taken.local_addr().unwrap())), "{text}");
}

#[tokio::test]
async fn callbacks_survive_a_restart() {
    let appliance = Appliance::start().await;
    let app = appliance.add("jiuyun").await;
    let sample = sample("jiuyun", "axb-hangup");
    appliance.post(&app, sample.content_type, sample.body).await;
    let appliance = appliance.restart().await;
    assert_eq!(appliance.callbacks().len(), 1);
    assert_eq!(appliance.post(&app, sample.content_type, sample.body).await.status(), 200);
}

#[tokio::test]
async fn a_nightly_run_is_on_record_as_the_systems_own() {
    let appliance = Appliance::start().await;
    let policy = Policy { raw_days: Some(90), ..Policy::default() };
    appliance.running.context().retention.set_policy(&Author::of_tests(), &policy).await.unwrap();
    let by_system = |records: &[Record]| {
        let mut entries = records.iter().filter_map(AuditEntry::read);
        entries.any(|entry| entry.by.kind == Some(ActorKind::System) && entry.action == "retention.run")
    };
    assert!(!by_system(&appliance.records()), "none was due when the server started");
    let appliance = appliance.restart().await;
    appliance.until(by_system).await;
}

#[tokio::test]
async fn the_command_line_finds_the_server_at_a_socket_that_replaces_a_stale_one() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("data")).unwrap();
    fs::write(dir.path().join("data/control.sock"), "a copy").unwrap();
    let appliance = Appliance::start_in(dir, "").await;
    let path = appliance.dir.path().join("data/control.sock");
    let mut client = Client::new(UnixStream::connect(&path).await.unwrap()).await;
    assert_eq!(client.get("/healthz").await.status(), 200);
    // Nobody calls back here.
    assert_eq!(client.post("/callbacks/x", "text/plain", "").await.status(), 404);
    appliance.running.stop().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_does_not_stop_the_server() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path(), "");
    config.data = dir.path().join("d".repeat(120));
    let running = Running::start(config, Clock::system(), Arc::default()).await.unwrap();
    running.stop().await;
}

#[tokio::test]
async fn without_tls_only_callbacks_are_served() {
    let toml = "[server]\nplain_listen = \"127.0.0.1:0\"\n";
    let appliance = Appliance::start_in(tempfile::tempdir().unwrap(), toml).await;
    let app = appliance.add("jiuyun").await;
    let plain = appliance.running.context().server.plain_listen.unwrap();
    let mut client = Client::new(TcpStream::connect(plain).await.unwrap()).await;
    let sample = sample("jiuyun", "axb-hangup");
    assert_eq!(client.post(&address(&app), sample.content_type, sample.body).await.status(), 200);
    for path in ["/", "/healthz", "/metrics", "/login", "/api/v1/apps", "/readyz"] {
        assert_eq!(client.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn monitors_see_a_healthy_server() {
    let appliance = Appliance::start().await;
    let mut client = appliance.client().await;
    let response = client.get("/healthz").await;
    assert_eq!((response.status().as_u16(), &response.body()[..]), (200, &br#"{"status":"ok"}"#[..]));
    let response = client.get("/readyz").await;
    assert_eq!(response.status(), 200, "{:?}", response.body());
}

#[tokio::test]
async fn metrics_are_for_this_machine_and_for_tokens() {
    let appliance = Appliance::start().await;
    let app = appliance.add("jiuyun").await;
    let sample = sample("jiuyun", "axb-hangup");
    appliance.post(&app, sample.content_type, sample.body).await;
    let mut client = appliance.client().await;
    let text = String::from_utf8(client.get("/metrics").await.into_body().to_vec()).unwrap();
    let counted = format!("ringback_callbacks_total{{app=\"{}\",outcome=\"accepted\",status=\"200\"}} 1", app.name);
    assert!(text.contains(&counted), "{text}");
    assert!(text.contains("ringback_append_seconds_count 1"), "{text}");

    let forwarded = |bearer: Option<&str>| {
        let request = http_request("/metrics").header("x-forwarded-for", "203.0.113.7");
        let request = match bearer {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        request.body(http_body_util::Full::default()).unwrap()
    };
    assert_eq!(client.send(forwarded(None)).await.unwrap().status(), 401);
    assert_eq!(client.send(forwarded(Some("wrong"))).await.unwrap().status(), 401);
    let state = &appliance.running.context().state;
    let token = state.add_token(&Author::of_tests(), "prometheus", crate::domain::Role::Viewer).await.unwrap();
    assert_eq!(client.send(forwarded(Some(token.reveal()))).await.unwrap().status(), 200);
}

fn http_request(path: &str) -> http::request::Builder {
    http::Request::get(path).header("host", "localhost")
}

#[tokio::test]
async fn trusted_proxies_are_read_again() {
    let mut appliance = Appliance::start().await;
    let app = appliance.add("jiuyun").await;
    let send = |client: Client| async {
        let mut client = client;
        let request = http::Request::post(address(&app))
            .header("x-forwarded-for", "203.0.113.7")
            .body(http_body_util::Full::from("<req/>"))
            .unwrap();
        client.send(request).await.unwrap();
    };
    send(appliance.client().await).await;
    fs::write(appliance.dir.path().join("ringback.toml"), "[server]\ntrusted_proxies = [\"127.0.0.1\"]\n").unwrap();
    appliance.running.reload();
    send(appliance.client().await).await;
    // A file with a mistake changes nothing.
    fs::write(appliance.dir.path().join("ringback.toml"), "[server]\ntrusted_proxies = 1\n").unwrap();
    appliance.running.reload();
    send(appliance.client().await).await;
    let peers: Vec<String> = appliance.callbacks().iter().map(|callback| callback.peer.to_string()).collect();
    assert_eq!(peers, ["127.0.0.1", "203.0.113.7", "203.0.113.7"]);
}

#[tokio::test]
async fn a_certificate_that_changes_on_disk_is_used_and_shown() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        fs::write(dir.path().join("a.crt"), made.cert.pem()).unwrap();
        fs::write(dir.path().join("a.key"), made.signing_key.serialize_pem()).unwrap();
    };
    write("one.example");
    let mut config = config(dir.path(), "");
    config.certificate =
        Some(crate::config::CertificateFiles { cert: dir.path().join("a.crt"), key: dir.path().join("a.key") });
    let running = Running::start(config, Clock::system(), Arc::default()).await.unwrap();
    let shown = || running.context().server.certificate.load().names.clone();
    assert_eq!(shown(), ["one.example"]);
    write("two.example");
    running.look_at_certificate();
    assert_eq!(shown(), ["two.example"]);
    fs::write(dir.path().join("a.key"), "no key").unwrap();
    running.look_at_certificate();
    assert_eq!(shown(), ["two.example"]);
    running.stop().await;
}

#[tokio::test]
async fn a_stop_keeps_the_counts() {
    let appliance = Appliance::start().await;
    appliance.client().await.post("/callbacks/abcdefghijklmnop", "text/plain", "").await;
    let appliance = appliance.restart().await;
    let tallies = appliance.records().iter().filter(|record| matches!(record.body, Body::Tally(_))).count();
    assert_eq!(tallies, 1);
}
