//! A call as people see it: everything that was said about it, joined.
//!
//! Made by [`crate::correlate`] from the facts of a call and from nothing else, so that the
//! same callbacks in any order, with any repeats, give the same call.

use jiff::Timestamp;

use super::{
    AppId, CallId, CauseCode, Direction, EventKind, Party, PhoneNumber, Product, ProviderId, RecordingRef, Seq,
    SessionId, vocabulary,
};

vocabulary! {
    /// How far a call got.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum CallState {
        Offered "offered" "已接入" "Offered",
        Dialled "dialled" "拨号中" "Dialling",
        /// A party's phone rings.
        Alerting "alerting" "振铃中" "Ringing",
        /// The talk began.
        Answered "answered" "通话中" "Talking",
        Released "released" "已结束" "Ended",
    }
}

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum CallOutcome {
        /// The parties talked.
        Answered "answered" "已接通" "Answered",
        /// It rang and nobody picked up.
        NoAnswer "no_answer" "无人接听" "No answer",
        Busy "busy" "忙线" "Busy",
        Rejected "rejected" "被拒接" "Rejected",
        /// No signal, no route.
        Unreachable "unreachable" "无法接通" "Unreachable",
        /// The callee's phone is off.
        PoweredOff "powered_off" "关机" "Powered off",
        /// The callee's number is suspended.
        Suspended "suspended" "停机" "Suspended",
        NoSuchNumber "no_such_number" "空号" "No such number",
        CallerGaveUp "caller_gave_up" "主叫放弃" "Caller gave up",
        /// No binding for these parties.
        NotBound "not_bound" "无绑定关系" "Not bound",
        /// A rule, a blacklist or a rate limit.
        Blocked "blocked" "被拦截" "Blocked",
        Failed "failed" "失败" "Failed",
    }
}

vocabulary! {
    /// Something odd about a call that a person should know.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Anomaly {
        /// The end lies before the start.
        EndsBeforeStart "ends_before_start" "结束早于开始" "Ends before start",
        /// The stated duration and the times disagree.
        DurationMismatch "duration_mismatch" "时长不符" "Duration mismatch",
        /// Two records with one identity say different things.
        ConflictingRecord "conflicting_record" "话单冲突" "Conflicting record",
        /// The call was released and no record came (yet).
        MissingRecord "missing_record" "缺话单" "No record",
        /// Events came, the record came, the release did not.
        MissingRelease "missing_release" "缺挂机" "No hang-up",
        /// A code that no table explains.
        UnknownCode "unknown_code" "未知代码" "Unknown code",
        /// Events and record name different parties.
        PartyMismatch "party_mismatch" "号码不一致" "Party mismatch",
        /// Events and record disagree about a time.
        TimeMismatch "time_mismatch" "时间不一致" "Time mismatch",
        /// A time stamp could not be read.
        UnreadableTime "unreadable_time" "时间无法识别" "Unreadable time",
        /// The record's app key is not the app's.
        AppKeyMismatch "app_key_mismatch" "appKey 不符" "appKey mismatch",
        /// A time that cannot be true: far from the others, after the receipt, or before there were
        /// such calls. It counts for nothing.
        ImplausibleTime "implausible_time" "时间不可信" "Implausible time",
        /// A talk or a ringing longer than any can be.
        ImplausibleDuration "implausible_duration" "时长不可信" "Implausible duration",
    }
}

/// Why and by whom a call was ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The most telling code.
    pub cause: CauseCode,
    /// Whether a table of the platform lists that code.
    pub listed: bool,
    /// Every code the platform gave, most telling first (the first is `cause`).
    pub causes: Vec<CauseCode>,
    pub by: Option<Party>,
}

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum RecordingState {
        /// Ours for as long as we like.
        Archived "archived" "已归档" "Archived",
        /// Still only at the platform.
        Waiting "waiting" "仍在平台" "At the platform",
        /// Deleted by the platform before it was fetched.
        Expired "expired" "已被平台删除" "Deleted by the platform",
        /// Fetching failed for good.
        Failed "failed" "下载失败" "Fetching failed",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingView {
    /// Its id: the call's id and the record's identity, in hexadecimal.
    pub id: String,
    pub state: RecordingState,
    /// When the platform deletes it: first receipt of its record, and the provider's days.
    pub expires_at: Timestamp,
    /// Where the platform keeps it.
    pub source: RecordingRef,
}

/// One line of a call's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallEventView {
    pub kind: EventKind,
    /// When, by the platform.
    pub at: Option<Timestamp>,
    /// The time as the platform wrote it.
    pub at_text: Option<String>,
    pub leg: Option<Party>,
    /// Digits entered, for `digits_collected`.
    pub digits: Option<String>,
    /// The callback that brought it first.
    pub callback: Seq,
}

impl Call {
    pub fn parties(&self) -> impl Iterator<Item = &PhoneNumber> {
        [&self.caller, &self.callee, &self.x, &self.y].into_iter().flatten()
    }
}

/// A call as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub id: CallId,
    pub app: AppId,
    /// The app's provider.
    pub provider: ProviderId,
    /// The product, while known.
    pub product: Option<Product>,
    /// Whether it is a test: told by callbacks that are marked so, and counted nowhere.
    pub test: bool,
    /// The platform's id.
    pub session: SessionId,
    /// The earliest known instant: calls are ordered by it.
    pub t: Timestamp,
    /// The real caller.
    pub caller: Option<PhoneNumber>,
    /// The real callee.
    pub callee: Option<PhoneNumber>,
    pub x: Option<PhoneNumber>,
    /// The second privacy number of AXYB.
    pub y: Option<PhoneNumber>,
    /// The extension of AXE.
    pub extension: Option<String>,
    pub direction: Option<Direction>,
    /// How far it got.
    pub state: CallState,
    /// How it ended; `None` until released.
    pub outcome: Option<CallOutcome>,
    /// The platform got or began it.
    pub setup_at: Option<Timestamp>,
    /// The called leg rang.
    pub alerting_at: Option<Timestamp>,
    /// The talk began.
    pub answered_at: Option<Timestamp>,
    pub released_at: Option<Timestamp>,
    /// Seconds from ringing to answer or end; `None` where ringing is not reported.
    pub ring_seconds: Option<u32>,
    /// Seconds of talk by the platform's own definition; 0 when unanswered.
    pub talk_seconds: u32,
    /// Why it ended.
    pub release: Option<Release>,
    pub records: u32,
    pub recording: Option<RecordingView>,
    /// The customer's own reference.
    pub user_data: Option<String>,
    /// The platform's id of the binding.
    pub binding_id: Option<String>,
    /// What is odd, in the order of [`Anomaly::ALL`].
    pub anomalies: Vec<Anomaly>,
    /// Its history, in the order it happened.
    pub events: Vec<CallEventView>,
    /// Every callback that named it, duplicates included, ascending.
    pub callbacks: Vec<Seq>,
}

/// The longest post-dial delay that one attempt can have, in seconds; beyond it the instants are of two.
const PDD_MAX: u32 = 3_600;

impl Call {
    /// Seconds from setup to the callee's ringing (post-dial delay), where both are known.
    #[must_use]
    pub fn pdd_seconds(&self) -> Option<u32> {
        let (setup, rang) = self.setup_at.zip(self.alerting_at)?;
        let seconds = u32::try_from(rang.duration_since(setup).as_secs()).unwrap_or(0);
        (seconds <= PDD_MAX).then_some(seconds)
    }

    /// Whether the parties talk or talked.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.state == CallState::Answered || self.outcome == Some(CallOutcome::Answered)
    }
}
