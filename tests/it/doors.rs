//! Callbacks that come compressed, to a wrong address, or to one of several names of ours.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;

use crate::bodies::{axb_hangup, fee, private_record, status, xml};
use crate::client::{Connection, Reply, tls_config};
use crate::house::{App, House, Server};
use crate::wait::{SOON, wait_for};

fn gzip(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(content.as_ref()).unwrap();
    packed.finish().unwrap()
}

fn packed(server: &Server, app: &App, encoding: &str, body: &[u8]) -> Reply {
    let headers = [("Content-Type", "application/json;charset=UTF-8"), ("Content-Encoding", encoding)];
    server.request("POST", &app.0, &headers, body)
}

#[test]
fn a_compressed_body_is_answered_as_its_content_and_kept_as_received() {
    let house = House::new();
    let server = house.serve();
    let private = house.app("huawei-private", "private", &[]);
    let jiuyun = house.app("jiuyun", "jiuyun", &[]);
    let token = house.token("t", "admin");
    let content = fee(&[private_record("packed-1", "004", json!({}))]);
    let sent = gzip(&content);
    let reply = packed(&server, &private, "gzip", &sent);
    assert_eq!((reply.status, reply.text().as_str()), (200, r#"{"resultcode":"0","resultdesc":"Success"}"#));
    let reply = packed(&server, &jiuyun, "x-gzip", &gzip(xml(&axb_hangup("packed-2"))));
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/xml; charset=utf-8")));

    let api = server.api(&token);
    let call = api.call("packed-1", 1);
    let seq = call["callbacks"][0].as_u64().unwrap();
    assert_eq!(api.ask(&format!("/callbacks/{seq}/raw")).body, sent);
    assert_eq!(api.get(&format!("/callbacks/{seq}"))["size_bytes"], sent.len());
    let jiuyun_call = api.call("packed-2", 1);

    // The same from the journal alone, and masked in what leaves the house.
    house.cli(&["reindex"]).done();
    assert_eq!(api.call("packed-1", 1), call);
    assert_eq!(api.call("packed-2", 1), jiuyun_call);
    server.stop();
}

#[test]
fn a_body_that_does_not_unpack_is_refused_in_words_and_kept() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("huawei-private", "private", &[]);
    let token = house.token("t", "admin");
    let sent = gzip(fee(&[private_record("p", "004", json!({}))]));
    let unknown = packed(&server, &app, "br", b"\x0b\x02\x80");
    assert_eq!(unknown.status, 415);
    assert!(unknown.json()["resultdesc"].as_str().unwrap().contains("gzip"), "{}", unknown.text());
    let damaged = packed(&server, &app, "gzip", &sent[..sent.len() / 2]);
    assert_eq!(damaged.status, 400, "{}", damaged.text());
    // A thousandth of what comes out.
    let bomb = gzip(vec![b' '; 8 << 20]);
    assert!(bomb.len() < 64 << 10);
    assert_eq!(packed(&server, &app, "gzip", &bomb).status, 413);

    let api = server.api(&token);
    let rows = wait_for("both are listed", SOON, || {
        let rows = api.all("/callbacks?outcome=unparsable");
        (rows.len() == 2).then_some(rows)
    });
    assert_eq!(rows.iter().map(|row| &row["status"]).collect::<Vec<_>>(), [&json!(400), &json!(415)]);
    assert_eq!(api.ask(&format!("/callbacks/{}/raw", rows[0]["seq"])).body, &sent[..sent.len() / 2]);
    assert_eq!(api.all("/callbacks").len(), 2, "what was too large was not kept");
    server.stop();
}

#[test]
fn a_post_to_no_address_of_ours_is_404_and_counted_and_shown() {
    let house = House::new();
    let server = house.serve_with(&["--plain-listen", "127.0.0.1:0"]);
    let app = house.app("huawei-private", "private", &[]);
    let token = house.token("t", "admin");
    let body = fee(&[private_record("lost", "004", json!({}))]);
    let json_type = ("Content-Type", "application/json;charset=UTF-8");
    let mut sent = 0;
    for target in
        ["/", "/status", "/calls", "/users", "/apps", "/login", "/healthz", "/metrics", "/static/x", "/setup/x"]
    {
        let reply = server.request("POST", target, &[json_type], body.as_bytes());
        assert_eq!((reply.status, reply.header("location")), (404, None), "{target}");
        sent += 1;
    }
    // Nor where the sender calls it a form: only an address that takes one sends a browser to the login.
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    for (target, expected) in [("/calls", 404), ("/status", 404), ("/users", 303)] {
        assert_eq!(server.request("POST", target, &[form], b"a=b").status, expected, "{target}");
        sent += i32::from(expected == 404);
    }
    // Nor below the API, whoever sends it; an address that is there is not missed.
    let bearer = format!("Bearer {token}");
    for (target, shown, status, missed) in [
        ("/api/v1/nope", None, 401, true),
        ("/api/v1/nope?x=1", Some(&bearer), 404, true),
        ("/api/v1", None, 401, true),
        ("/api/v2/calls", None, 404, true),
        ("/api/v1/apps", None, 401, false),
        ("/api/v1/calls", Some(&bearer), 405, false),
        ("/api/v1/openapi.json", None, 405, false),
    ] {
        let headers: Vec<_> =
            shown.map(|bearer| ("Authorization", bearer.as_str())).into_iter().chain([json_type]).collect();
        assert_eq!(server.request("POST", target, &headers, body.as_bytes()).status, status, "{target}");
        sent += i32::from(missed);
    }
    let address = wait_for("the plain address is said", SOON, || {
        let said = server.messages();
        let line = said.lines().find(|line| line.contains("without TLS"))?;
        line.rsplit_once('=')?.1.parse().ok()
    });
    let mut plain = Connection::plain(address).unwrap();
    assert_eq!(plain.request("POST", "/status", &[json_type], body.as_bytes()).unwrap().status, 404);
    sent += 1;
    // What no parser takes is counted all the same.
    let token_of = app.0.strip_prefix("/callbacks/").unwrap();
    for target in [format!("{} /status", app.0), format!("{}%20", app.0), format!("/callbacks/{}x", &token_of[1..])] {
        let mut connection = server.connect();
        let head = format!(
            "POST {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        connection.send(head.as_bytes()).unwrap();
        let _ = connection.send(body.as_bytes());
        let answer = String::from_utf8_lossy(&connection.rest()).into_owned();
        assert!(answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.1 404"), "{target}: {answer}");
        sent += 1;
    }
    let api = server.api(&token);
    let seen = wait_for("all are counted", SOON, || {
        let seen = api.get("/system")["misdirected"].clone();
        (seen["count"] == sent).then_some(seen)
    });
    let recent = seen["recent"].as_array().unwrap();
    assert_eq!(recent[0]["missed"], "token");
    assert!(recent.iter().any(|r| r["missed"] == "request_line" && r["path"].as_str().unwrap().ends_with("… /status")));
    assert!(recent.iter().any(|r| r["missed"] == "address" && r["path"] == "/status" && r["peer"] == "127.0.0.1"));
    assert!(!seen.to_string().contains(&token_of[4..]), "a token is shown: {seen}");
    wait_for("the ledger has them", SOON, || {
        let rows = api.get("/ledger")["items"].as_array().cloned()?;
        rows.iter().any(|r| r["app"].is_null() && r["refused"] == sent).then_some(())
    });
    assert!(server.messages().contains("came to no callback address"), "{}", server.messages());
    assert!(api.all("/callbacks").is_empty());
    server.stop();
}

mod signed {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use hmac::{Hmac, KeyInit, Mac};
    use ringback::clock::Clock;
    use sha2::Sha256;

    use super::*;

    const SECRET: &str = "made-up-app-secret-0123456789abcd";

    /// The headers of a push that was signed for `url`.
    fn headers(url: &str) -> [(&'static str, String); 2] {
        let created = Clock::system().now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let nonce = "66C92B11FF8A425FB8D4CCFE0ED9ED1F";
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{url}\n{nonce}\n{created}").as_bytes());
        let digest = STANDARD.encode(mac.finalize().into_bytes());
        let signature =
            format!(r#"UsernameToken Username="key", PasswordDigest="{digest}", Nonce="{nonce}", Created="{created}""#);
        let scheme = r#"AKSK realm="SDP",profile="UsernameToken",type="Appkey""#;
        [("authorization", scheme.to_owned()), ("x-aksk", signature)]
    }

    fn app(house: &House) -> App {
        let secret = house.beside("secret");
        // As an editor on Windows saves it.
        std::fs::write(&secret, format!("\u{feff}{SECRET}\r\n")).unwrap();
        let file = secret.to_str().unwrap();
        house.app("huawei-voice", "voice", &["--app-key", "key", "--app-secret-file", file, "--verify", "enforce"])
    }

    fn body(session: &str) -> String {
        status("answer", session, "02:11:10", json!({ "called": "+8613900000022" }))
    }

    /// Sends a push that was signed for `base` to `host`, over HTTP/1.1.
    fn send(mut connection: Connection, app: &App, base: &str, host: &str) -> u16 {
        let [scheme, signature] = headers(&format!("{base}{}", app.0));
        let body = body(base);
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {host}\r\n{}: {}\r\n{}: {}\r\nContent-Length: {}\r\n\r\n{body}",
            app.0,
            scheme.0,
            scheme.1,
            signature.0,
            signature.1,
            body.len()
        );
        connection.send(head.as_bytes()).unwrap();
        connection.answer().unwrap().status
    }

    #[test]
    fn a_signature_holds_for_each_address_under_which_the_server_is_reached() {
        let house = House::new();
        let server = house.serve_with(&["--public-url", "https://calls.example.com", "--plain-listen", "127.0.0.1:0"]);
        let app = app(&house);
        let plain: std::net::SocketAddr = wait_for("the plain address is said", SOON, || {
            let said = server.messages();
            let line = said.lines().find(|line| line.contains("without TLS"))?;
            line.rsplit_once('=')?.1.parse().ok()
        });
        let named = "calls.example.com";
        for (base, host) in [
            ("https://calls.example.com", named),
            ("https://calls.example.com:443", named),
            ("https://calls.example.com", "calls.example.com:443"),
            ("https://calls.example.com", "proxy.internal"),
            ("https://calls.example.com:8443", "calls.example.com:8443"),
            ("https://203.0.113.7:8443", "203.0.113.7:8443"),
            ("https://[2001:db8::7]:8443", "[2001:db8::7]:8443"),
        ] {
            assert_eq!(send(server.connect(), &app, base, host), 200, "{base} sent to {host}");
        }
        let address = plain.to_string();
        for (base, host) in [
            (format!("http://{address}"), address.as_str()),
            ("http://calls.example.com:80".to_owned(), named),
            ("http://calls.example.com".to_owned(), "calls.example.com:80"),
        ] {
            assert_eq!(send(Connection::plain(plain).unwrap(), &app, &base, host), 200, "{base} sent to {host}");
        }
        // A name that is not ours is no reason to believe anything.
        assert_eq!(send(server.connect(), &app, "https://other.example", "other.example"), 401);
        assert_eq!(send(server.connect(), &app, "https://calls.example.com.evil.example", named), 401);
        server.stop();
    }

    #[tokio::test]
    async fn a_signature_holds_over_http_2_where_the_target_names_the_host() {
        let house = House::new();
        let server = house.serve();
        let app = app(&house);
        let tcp = tokio::net::TcpStream::connect(server.address).await.unwrap();
        let connector = tokio_rustls::TlsConnector::from(tls_config(rustls::ALL_VERSIONS, &[b"h2"]));
        let tls = connector.connect("localhost".try_into().unwrap(), tcp).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(tls)).await.unwrap();
        tokio::spawn(connection);
        for (signed_for, expected) in [("https://calls.example.com", 200), ("https://other.example", 401)] {
            let body = Full::new(bytes::Bytes::from(body(signed_for)));
            let mut request = http::Request::post(format!("https://calls.example.com{}", app.0)).body(body).unwrap();
            for (name, value) in headers(&format!("{signed_for}{}", app.0)) {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
            let reply = sender.send_request(request).await.unwrap();
            assert_eq!(reply.status(), expected, "{:?}", reply.into_body().collect().await);
        }
        drop(sender);
        server.stop();
    }
}
