//! The call record (话单, CDR): what the platform says about a call once it is over.
//!
//! It is authoritative over events for parties and times.

use super::{Anomaly, CallKey, CauseCode, Identity, Party, PhoneNumber, Stamp, vocabulary};

/// The product that a call belongs to, by its name in the API: `axb`. Which there are and what each
/// is stands in the tables of the platforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Product(&'static str);

impl Product {
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        self.0
    }
}

vocabulary! {
    /// Who called whom across the privacy number, where the platform's number for it is documented.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Direction {
        /// A, the number's owner, called.
        AToB "a_to_b" "A 呼 B" "A to B",
        BToA "b_to_a" "B 呼 A" "B to A",
    }
}

/// Where a platform keeps a recording.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct RecordingRef {
    /// A direct address, where one was sent.
    pub url: Option<String>,
    /// Huawei `recordObjectName`.
    pub object: Option<String>,
    /// Huawei `recordDomain`.
    pub domain: Option<String>,
    /// Huawei `recordBucketName`.
    pub bucket: Option<String>,
    pub started_at: Option<Stamp>,
}

/// One call record. Every instant may be missing: a call that failed early has few of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallRecord {
    pub key: CallKey,
    /// The provider's identity of this record (Huawei: appKey and icid).
    pub identity: Identity,
    /// The product where the record tells it.
    pub product: Option<Product>,
    /// Whether this push is itself the hang-up notice (玖云 `Hangup`), so that no separate
    /// release is missing when none comes.
    pub is_release: bool,
    /// The real caller.
    pub caller: Option<PhoneNumber>,
    /// The real callee.
    pub callee: Option<PhoneNumber>,
    /// The privacy number X (Huawei `bindNum`, 玖云 `telX` or `maskNumber`).
    pub x: Option<PhoneNumber>,
    /// The second privacy number Y of AXYB.
    pub y: Option<PhoneNumber>,
    /// The extension of AXE.
    pub extension: Option<String>,
    /// Who called whom, where documented.
    pub direction: Option<Direction>,
    /// The earliest start the record knows.
    pub setup_at: Option<Stamp>,
    /// The called leg began to ring.
    pub alerting_at: Option<Stamp>,
    /// The talk began.
    pub answered_at: Option<Stamp>,
    pub released_at: Option<Stamp>,
    /// Whatever else it says of times: of another leg, a second start, a zero that reads like a
    /// date. They tell whether its clocks can be believed, and of a start that cannot when else.
    pub other_times: Vec<Stamp>,
    /// Talk time by the platform's own definition; 0 when unanswered.
    pub talk_seconds: u32,
    /// Why it ended, most telling first.
    pub causes: Vec<CauseCode>,
    /// Who hung up, where the platform says so.
    pub by: Option<Party>,
    pub recording: Option<RecordingRef>,
    /// The customer's own reference.
    pub user_data: Option<String>,
    /// The platform's id of the binding.
    pub binding_id: Option<String>,
    /// What is odd about the record itself.
    pub anomalies: Vec<Anomaly>,
}

impl CallRecord {
    pub fn times(&self) -> impl Iterator<Item = &Stamp> {
        let named = [&self.setup_at, &self.alerting_at, &self.answered_at, &self.released_at];
        let recorded = self.recording.as_ref().and_then(|recording| recording.started_at.as_ref());
        named.into_iter().flatten().chain(recorded).chain(&self.other_times)
    }

    pub fn times_mut(&mut self) -> impl Iterator<Item = &mut Stamp> {
        let named = [&mut self.setup_at, &mut self.alerting_at, &mut self.answered_at, &mut self.released_at];
        let recorded = self.recording.as_mut().and_then(|recording| recording.started_at.as_mut());
        named.into_iter().flatten().chain(recorded).chain(&mut self.other_times)
    }

    /// The record with every time that was told, and with what can be seen of them before anybody
    /// compares them: that one is no time, or a zero.
    #[must_use]
    pub fn with_times(mut self, told: impl IntoIterator<Item = Stamp>) -> Self {
        for stamp in told {
            if !self.times().any(|known| *known == stamp) {
                self.other_times.push(stamp);
            }
        }
        let found = [
            (Anomaly::UnreadableTime, self.times().any(|stamp| stamp.at.is_none())),
            (Anomaly::ImplausibleTime, self.times().any(Stamp::is_zero)),
        ];
        self.anomalies.extend(found.into_iter().filter(|(_, is_so)| *is_so).map(|(anomaly, _)| anomaly));
        self.anomalies.sort_unstable();
        self
    }
}
