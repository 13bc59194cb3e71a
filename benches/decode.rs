//! How long a decoder takes for each kind of body: `cargo bench --bench decode`.
//!
//! The bodies are the providers' own samples. A callback is decoded twice in its life, when it
//! is answered and when it is projected.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use jiff::Timestamp;
use ringback::domain::{AppId, Callback};
use ringback::platforms::{self, Verified};

fn main() {
    let criterion = Criterion::default().configure_from_args();
    // A minute for all of them: figures within a few per cent are enough to see a change.
    let mut criterion =
        criterion.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(800));
    for provider in platforms::ALL {
        let mut group = criterion.benchmark_group(provider.id().0);
        for sample in provider.samples() {
            let callback = Callback {
                app: AppId(1),
                provider: provider.id(),
                received_at: Timestamp::UNIX_EPOCH,
                peer: std::net::Ipv4Addr::LOCALHOST.into(),
                tail: String::new(),
                target: String::new(),
                hosts: Vec::new(),
                headers: Vec::new(),
                body: sample.body.as_bytes().to_vec(),
            };
            group.throughput(Throughput::Bytes(sample.body.len() as u64));
            group.bench_function(sample.name, |bencher| {
                bencher.iter(|| provider.decode(black_box(&Verified::from_journal(&callback))));
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
