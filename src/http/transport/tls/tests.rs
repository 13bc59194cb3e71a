//! Certificates from files and of our own making.
//!
//! A certificate that cannot be used must never replace one that can: each test ends with a look
//! at what is served.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::error_chain::Chain;
use crate::http::transport::tls::*;

fn clock() -> Clock {
    Clock::fixed("2026-11-21T00:00:00Z".parse().unwrap())
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Writes a pair for `name` and gives its source.
fn pair(dir: &Path, name: &str) -> Source {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let (cert, key) = (dir.join("server.crt"), dir.join("server.key"));
    fs::write(&cert, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    Source::Files { cert, key }
}

#[test]
fn a_first_start_makes_a_certificate_that_later_starts_keep() {
    let dir = tempfile::tempdir().unwrap();
    let wanted = names(&["localhost", "127.0.0.1", "::1", "ring.example.com"]);
    let source = Source::SelfSigned { dir: dir.path().to_owned(), names: wanted.clone() };
    let first = Certificates::open(source.clone(), clock()).unwrap();
    assert_eq!(first.info().names, wanted);
    assert!(first.info().self_signed);
    assert!(!first.is_stale());
    let mode = fs::metadata(dir.path().join("self-signed.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let again = Certificates::open(source, clock()).unwrap();
    assert_eq!(again.using.load().cert, first.using.load().cert);
}

#[test]
fn our_own_certificate_is_made_anew_before_it_ends_with_the_same_key() {
    let dir = tempfile::tempdir().unwrap();
    let clock = clock();
    let source = Source::SelfSigned { dir: dir.path().to_owned(), names: names(&["localhost"]) };
    let certificates = Certificates::open(source, clock.clone()).unwrap();
    let (end, key) = (certificates.info().not_after.unwrap(), fs::read(dir.path().join("self-signed.key")).unwrap());

    clock.set(end - jiff::SignedDuration::from_hours(24 * 29));
    assert!(certificates.is_stale());
    certificates.reload(None).unwrap();
    assert!(certificates.info().not_after.unwrap() > end);
    assert_eq!(fs::read(dir.path().join("self-signed.key")).unwrap(), key);
    assert!(!certificates.is_stale());
}

#[test]
fn our_own_certificate_is_made_anew_when_it_lacks_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let open = |wanted: &[&str]| {
        let source = Source::SelfSigned { dir: dir.path().to_owned(), names: names(wanted) };
        Certificates::open(source, clock()).unwrap().info().names.clone()
    };
    assert_eq!(open(&["localhost"]), names(&["localhost"]));
    assert_eq!(open(&["localhost", "ring.example.com"]), names(&["localhost", "ring.example.com"]));
}

#[test]
fn our_own_pair_that_is_damaged_is_put_aside_and_another_made() {
    let dir = tempfile::tempdir().unwrap();
    let open = || {
        let source = Source::SelfSigned { dir: dir.path().to_owned(), names: names(&["localhost"]) };
        Certificates::open(source, clock()).unwrap().using.load().cert[0].to_vec()
    };
    let first = open();
    let (cert, key) = (dir.path().join("self-signed.crt"), dir.path().join("self-signed.key"));
    let other = rcgen::KeyPair::generate().unwrap().serialize_pem().into_bytes();
    let sound = fs::read(&key).unwrap();
    let cut = sound[..sound.len() / 2].to_vec();
    for (n, (path, bytes)) in
        [(&key, cut), (&key, vec![0xff; 40]), (&key, Vec::new()), (&key, other), (&cert, b"no certificate".to_vec())]
            .into_iter()
            .enumerate()
    {
        let before = open();
        fs::write(path, &bytes).unwrap();
        let after = open();
        assert_ne!(after, before, "case {n}");
        assert_eq!(open(), after, "and that one is kept");
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_ne!(open(), first);
    let aside = |name: &str| dir.path().join(name).exists();
    assert!(aside("self-signed.key.damaged-1") && aside("self-signed.crt.damaged-1"));
    assert_eq!(fs::read(dir.path().join("self-signed.key.damaged-3")).unwrap(), b"");
}

#[test]
fn changed_files_are_noticed_and_a_bad_pair_leaves_the_old_one_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let certificates = Certificates::open(pair(dir.path(), "one.example"), clock()).unwrap();
    assert!(!certificates.is_stale());

    fs::write(dir.path().join("server.crt"), "half a fi").unwrap();
    assert!(certificates.is_stale());
    assert!(certificates.reload(None).is_err());
    assert_eq!(certificates.info().names, names(&["one.example"]));
    // Tried and reported; not again until something changes.
    assert!(!certificates.is_stale());

    pair(dir.path(), "two.example");
    assert!(certificates.is_stale());
    certificates.reload(None).unwrap();
    assert_eq!(certificates.info().names, names(&["two.example"]));
}

#[test]
fn a_key_of_another_certificate_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let source = pair(dir.path(), "one.example");
    let other = rcgen::KeyPair::generate().unwrap();
    fs::write(dir.path().join("server.key"), other.serialize_pem()).unwrap();
    let error = Certificates::open(source, clock()).unwrap_err();
    let text = Chain(&error).to_string();
    assert!(text.contains("does not belong to the certificate") && text.contains("server.key"), "{text}");
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let check = |break_it: &dyn Fn(&Path), says: &str| {
        let source = pair(dir.path(), "one.example");
        break_it(dir.path());
        let text = Chain(&Certificates::open(source, clock()).unwrap_err()).to_string();
        assert!(text.contains(says), "{text}");
    };
    check(&|dir| fs::remove_file(dir.join("server.crt")).unwrap(), "server.crt: No such file");
    check(&|dir| fs::write(dir.join("server.crt"), "").unwrap(), "holds no certificate");
    check(&|dir| fs::write(dir.join("server.key"), "no key").unwrap(), "server.key as PEM");
}
