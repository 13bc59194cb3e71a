//! Random operations against a reference model: whatever happens to the files, the records are
//! those that were acknowledged.
//!
//! The model is a list of what was acknowledged. Steps append, reopen, tear the tail, compress,
//! erase, cut; after each the journal must read as the list does.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Place, any_record, append, read_all, wait};
use crate::domain::Seq;
use crate::journal::{Body, FileJournal, Journal, NewRecord, Packing, Record, RecordAction, Rewrite as _, verify};

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<NewRecord>),
    Read {
        from: u64,
        bytes: usize,
    },
    Get(u64),
    Roll,
    Restart {
        compress: bool,
    },
    /// Drops, erases or replaces the records of one segment by their number.
    Rewrite {
        segment: prop::sample::Index,
        modulus: u64,
    },
    RemoveBefore(prop::sample::Index),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => proptest::collection::vec(any_record(), 1..12).prop_map(Step::Append),
        4 => (0..80u64, 0..5_000usize).prop_map(|(from, bytes)| Step::Read { from, bytes }),
        3 => (0..80u64).prop_map(Step::Get),
        1 => Just(Step::Roll),
        2 => any::<bool>().prop_map(|compress| Step::Restart { compress }),
        1 => (any::<prop::sample::Index>(), 2..6u64)
            .prop_map(|(segment, modulus)| Step::Rewrite { segment, modulus }),
        1 => any::<prop::sample::Index>().prop_map(Step::RemoveBefore),
    ]
}

struct Model {
    place: Place,
    journal: FileJournal,
    records: BTreeMap<Seq, Record>,
    last: Seq,
}

impl Model {
    fn new() -> Self {
        let place = Place::new(2_000, true);
        let journal = place.open();
        Self { place, journal, records: BTreeMap::new(), last: 0 }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Append(records) => self.append(records),
            Step::Read { from, bytes } => {
                let read = self.journal.read(from, bytes).unwrap();
                let expected: Vec<_> = self.records.range(from..).map(|(_, record)| record).collect();
                assert_eq!(read.is_empty(), expected.is_empty(), "at least one record if there is one");
                assert_eq!(read.iter().collect::<Vec<_>>(), expected[..read.len()]);
            }
            Step::Get(seq) => assert_eq!(self.journal.get(seq).unwrap().as_ref(), self.records.get(&seq)),
            Step::Roll => self.journal.roll().unwrap(),
            Step::Restart { compress } => {
                self.journal.close();
                self.place.options.compress = compress;
                self.journal = self.place.open();
            }
            Step::Rewrite { segment, modulus } => self.rewrite(*segment.get(&self.journal_segments()), modulus),
            Step::RemoveBefore(segment) => {
                let first = *segment.get(&self.journal_segments());
                self.journal.remove_segments_before(first).unwrap();
                self.records.retain(|seq, _| *seq >= first);
            }
        }
    }

    fn journal_segments(&self) -> Vec<Seq> {
        let segments = self.journal.segments();
        if segments.is_empty() { vec![1] } else { segments }
    }

    fn append(&mut self, records: Vec<NewRecord>) {
        let appends: Vec<_> = records.iter().map(|record| self.journal.append(record.clone())).collect();
        for (NewRecord { at, body }, append) in records.into_iter().zip(appends) {
            let seq = wait(append).unwrap().unwrap();
            assert_eq!(seq, self.last + 1);
            self.last = seq;
            self.records.insert(seq, Record { seq, at, body });
        }
    }

    fn rewrite(&mut self, first: Seq, modulus: u64) {
        let segments = self.journal.segments();
        let Some(next) = segments.iter().copied().find(|segment| *segment > first) else {
            assert!(
                self.journal.rewrite(first, Packing::Small, &mut |_: &Record| RecordAction::Drop).is_err(),
                "it is being written"
            );
            return;
        };
        let in_segment: Vec<_> = self.records.range(first..next).map(|(seq, _)| *seq).collect();
        let mut asked = Vec::new();
        self.journal
            .rewrite(first, Packing::Small, &mut |record: &Record| {
                asked.push(record.seq);
                match record.seq % modulus {
                    0 => RecordAction::Drop,
                    1 => RecordAction::Replace(Body::Erased { was: "replaced".into() }),
                    2 => RecordAction::Erase,
                    _ => RecordAction::Keep,
                }
            })
            .unwrap();
        assert_eq!(asked, in_segment);
        for seq in in_segment {
            let record = self.records.get_mut(&seq).unwrap();
            match seq % modulus {
                0 => drop(self.records.remove(&seq)),
                1 => record.body = Body::Erased { was: "replaced".into() },
                2 => {
                    let read = self.journal.get(seq).unwrap().unwrap();
                    assert!(matches!(&read.body, Body::Erased { was } if was.len() == 71), "{read:?}");
                    *record = Record { at: record.at, ..read };
                }
                _ => {}
            }
        }
    }

    fn finish(mut self) {
        let all: Vec<_> = self.records.values().cloned().collect();
        assert_eq!(read_all(&self.journal, 3_000), all);
        self.step(Step::Restart { compress: true });
        assert_eq!(read_all(&self.journal, 1), all);
        assert_eq!(self.journal.damage(), []);
        let report = verify(&self.place.log()).unwrap();
        assert!(report.is_sound() && report.torn.is_none(), "{report:?}");
        assert_eq!(report.total(), all.len() as u64);
        assert_eq!(append(&self.journal, super::callback(1, Vec::new())), self.last + 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_journal_holds_what_was_acknowledged(steps in proptest::collection::vec(any_step(), 1..30)) {
        let mut model = Model::new();
        for step in steps {
            model.step(step);
        }
        model.finish();
    }
}
