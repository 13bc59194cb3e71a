//! The file, the flags, and everything that can be wrong with them.
//!
//! Every problem must be named with its key and all of them at once: who corrects a file one
//! restart at a time stops correcting it. What the program does with a good one is tested in `run`.

use super::*;
use crate::domain::Role;

fn keys(text: &str) -> Vec<String> {
    let problems = Config::from_toml(text, &Overrides::default()).expect_err("something is wrong");
    problems.0.into_iter().map(|problem| problem.key).collect()
}

#[test]
fn the_annotated_defaults_are_the_defaults() {
    let nothing = Config::from_toml("", &Overrides::default()).unwrap();
    assert_eq!(Config::from_toml(DEFAULT, &Overrides::default()).unwrap(), nothing);
    assert_eq!(nothing.listen, "0.0.0.0:8443".parse().unwrap());
    assert_eq!(nothing.data, Path::new("./data"));
    assert_eq!(nothing.reserve_bytes, limits::RESERVE_BYTES);
}

#[test]
fn every_key_is_in_the_annotated_defaults_with_a_valid_example() {
    // The examples are commented out; with their marks removed the file must still be right.
    let text: String = DEFAULT
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = ") => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let config = Config::from_toml(&text, &Overrides::default()).unwrap();
    assert_eq!(config.plain_listen, Some("127.0.0.1:8080".parse().unwrap()));
    assert_eq!(config.public_url.as_deref(), Some("https://callbacks.example.com"));
    assert!(config.certificate.is_some());
}

#[test]
fn all_problems_are_reported_at_once_with_their_keys() {
    let text = r#"
        listen = "0.0.0.0:1"
        [server]
        listen = "8443"
        plain_listen = 8080
        public_url = "callbacks.example.com"
        trusted_proxies = ["10.0.0.0/8", "ten"]
        listne = "x"
        [tls]
        cert = "a.crt"
        [journal]
        reserve_mib = -1
        segment_mib = 0
        [platform]
        hosts = ["api.example.com:8443", "https://api.example.com/"]
        [log]
        level = "loud"
        format = "xml"
        [serevr]
    "#;
    let mut found = keys(text);
    found.sort();
    let mut expected = [
        "listen",
        "server.listen",
        "server.plain_listen",
        "server.public_url",
        "server.trusted_proxies[1]",
        "server.listne",
        "tls.key",
        "journal.reserve_mib",
        "journal.segment_mib",
        "platform.hosts[1]",
        "log.level",
        "log.format",
        "serevr",
    ];
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_file_that_is_not_toml_says_where() {
    let problems = Config::from_toml("[server]\nlisten = ", &Overrides::default()).unwrap_err();
    assert!(problems.to_string().contains("line 2"), "{problems}");
}

#[test]
fn flags_override_the_file_and_bring_their_own_certificate_pair() {
    let text = "[server]\nlisten = \"127.0.0.1:1\"\n[tls]\ncert = \"f.crt\"\nkey = \"f.key\"\n";
    let flags = Overrides { listen: Some("127.0.0.1:2".into()), ..Overrides::default() };
    assert_eq!(Config::from_toml(text, &flags).unwrap().listen.port(), 2);

    let half = Overrides { tls_cert: Some("g.crt".into()), ..Overrides::default() };
    let problems = Config::from_toml(text, &half).unwrap_err();
    assert_eq!(problems.0[0].key, "tls.key");
}

#[test]
fn a_mistake_in_the_file_is_reported_even_if_a_flag_overrides_it() {
    let flags = Overrides { listen: Some("127.0.0.1:2".into()), ..Overrides::default() };
    let problems = Config::from_toml("[server]\nlisten = \"nowhere\"\n", &flags).unwrap_err();
    assert_eq!(problems.0.len(), 1, "{problems}");
    assert_eq!(problems.0[0].key, "server.listen");
}

#[test]
fn an_address_without_tls_is_another_one() {
    assert_eq!(keys("[server]\nplain_listen = \"0.0.0.0:8443\""), ["server.plain_listen"]);
}

#[test]
fn a_public_address_is_scheme_and_host() {
    let check = |url: &str| Config::from_toml(&format!("[server]\npublic_url = {url:?}"), &Overrides::default());
    assert_eq!(check("https://a.example:8443/").unwrap().public_url.as_deref(), Some("https://a.example:8443"));
    for (given, printed) in [
        ("https://a.example:443", "https://a.example"),
        ("http://a.example:80/", "http://a.example"),
        ("https://[2001:db8::7]:443", "https://[2001:db8::7]"),
        ("https://a.example:80", "https://a.example:80"),
    ] {
        assert_eq!(check(given).unwrap().public_url.as_deref(), Some(printed));
    }
    for bad in
        ["https://", "ftp://a.example", "https://a.example/x", "https://u:p@a.example", "https://a.example/?q=1", ""]
    {
        assert!(check(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_reload_names_the_keys_it_cannot_apply() {
    let old = Config::from_toml("", &Overrides::default()).unwrap();
    let new = "[server]\nlisten = \"127.0.0.1:1\"\ntrusted_proxies = [\"10.0.0.1\"]\n[log]\nlevel = \"debug\"\n";
    let new = Config::from_toml(new, &Overrides::default()).unwrap();
    assert_eq!(old.needs_restart(&new), ["server.listen", "log.level"]);
}

#[test]
fn oidc_is_off_or_reports_each_missing_key() {
    assert_eq!(Config::from_toml("", &Overrides::default()).unwrap().oidc, None);
    let text = r#"
        [server]
        public_url = "https://calls.example.com"
        [oidc]
        issuer = "https://id.example.com"
        client_id = "ringback"
        client_secret_file = "oidc.secret"
        roles = ["support=viewer", "cn=ops,dc=example = operator"]
    "#;
    let oidc = Config::from_toml(text, &Overrides::default()).unwrap().oidc.unwrap();
    let roles = [("support".to_owned(), Role::Viewer), ("cn=ops,dc=example".to_owned(), Role::Operator)];
    assert_eq!((oidc.roles.as_slice(), oidc.default_role), (roles.as_slice(), None));
    let text = r#"
        [oidc]
        issuer = "http://id.example.com"
        scopes = "profile"
        roles = ["support", "ops = boss"]
        default_role = "everyone"
    "#;
    let mut found = keys(text);
    found.sort();
    found.dedup();
    let expected = [
        "oidc.client_id",
        "oidc.client_secret_file",
        "oidc.default_role",
        "oidc.issuer",
        "oidc.roles[0]",
        "oidc.roles[1]",
        "oidc.scopes",
    ];
    assert_eq!(found, expected);
    assert_eq!(keys("[oidc]\nclient_id = \"ringback\""), ["oidc.issuer"]);
}
