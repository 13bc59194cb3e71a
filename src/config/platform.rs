//! `[platform]`: hosts of the platforms' interfaces. The documented ones by default; an empty list
//! forbids all.

use std::path::PathBuf;

use super::Problems;
use super::settings::Reader;
use crate::platforms::outbound::documented_hosts;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformConfig {
    /// `host` or `host:port`.
    pub hosts: Vec<String>,
    pub extra_roots: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PlatformSettings {
    hosts: Option<Vec<String>>,
    extra_roots: Option<String>,
}

impl PlatformSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self { hosts: reader.texts("platform", "hosts"), extra_roots: reader.text("platform", "extra_roots") }
    }

    pub(super) fn into_config(self, problems: &mut Problems) -> PlatformConfig {
        let hosts = self.hosts.unwrap_or_else(|| documented_hosts().map(str::to_owned).collect());
        for (index, host) in hosts.iter().enumerate() {
            let is_host = host.parse::<http::uri::Authority>().is_ok_and(|at| !at.host().is_empty());
            if !is_host || host.contains('@') {
                let text = format!("{host:?} is not a host like api.example.com, nor one with its port");
                problems.add(format!("platform.hosts[{index}]"), text);
            }
        }
        PlatformConfig { hosts, extra_roots: self.extra_roots.map(PathBuf::from) }
    }
}
