//! A mount namespace of a test's own, for file systems that are small or read-only.
//!
//! A disk that is full and a directory that refuses writes, also to root, need a mount. The test
//! runs itself again under `unshare`, so that its mounts are seen by nobody else and vanish with
//! it. Where that is not possible the test fails and says so: a proof that is skipped is none.

use std::path::Path;
use std::process::{Command, Stdio};

/// Set in the process that runs inside the namespace.
const INSIDE: &str = "RINGBACK_TEST_NAMESPACE";

/// Whether we are inside already; otherwise runs the test of this name inside, and sees that it
/// passes.
pub(crate) fn inside(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let kind = if rustix::process::getuid().is_root() { "-m" } else { "-Urm" };
    let status = Command::new("unshare")
        .arg(kind)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .stdout(Stdio::inherit())
        .status()
        .expect("`unshare` of util-linux can be run; tests/run installs it");
    assert!(
        status.success(),
        "{test} failed inside its mount namespace ({status}). If it says that mounting is not permitted: \
         run as root, or allow unprivileged user namespaces"
    );
    false
}

/// Mounts an empty file system of this size.
pub(crate) fn small_disk(at: &Path, mebibytes: u32) {
    std::fs::create_dir_all(at).unwrap();
    let options = format!("size={mebibytes}m,mode=0700");
    mount(&[&"-t", &"tmpfs", &"-o", &options.as_str(), &"tmpfs", &at]);
}

/// Makes a directory refuse every write, also to root.
pub(crate) fn read_only(at: &Path) {
    mount(&[&"--bind", &at, &at]);
    mount(&[&"-o", &"remount,bind,ro", &at]);
}

fn mount(arguments: &[&dyn AsRef<std::ffi::OsStr>]) {
    let mut command = Command::new("mount");
    for argument in arguments {
        command.arg(argument.as_ref());
    }
    let output = command.output().expect("`mount` can be run");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
