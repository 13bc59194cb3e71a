//! A call as people see it: everything that was said about it, joined.
//!
//! Made by [`crate::correlate`] from the facts of a call and from nothing else, so that the
//! same callbacks in any order, with any repeats, give the same call.

use jiff::Timestamp;

use super::{
    AppId, CallId, CauseCode, Direction, EventKind, Party, PhoneNumber, Product, ProviderId, RecordingRef, Seq,
    SessionId, Text,
};

/// How far a call got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallState {
    Offered,
    Dialled,
    /// A party's phone rings.
    Alerting,
    /// The talk began.
    Answered,
    Released,
}

impl CallState {
    pub const ALL: [Self; 5] = [Self::Offered, Self::Dialled, Self::Alerting, Self::Answered, Self::Released];

    /// `offered`, `dialled`, `alerting`, `answered`, `released`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Dialled => "dialled",
            Self::Alerting => "alerting",
            Self::Answered => "answered",
            Self::Released => "released",
        }
    }

    #[must_use]
    pub fn word(self) -> Text {
        match self {
            Self::Offered => Text::new("已接入", "Offered"),
            Self::Dialled => Text::new("拨号中", "Dialling"),
            Self::Alerting => Text::new("振铃中", "Ringing"),
            Self::Answered => Text::new("通话中", "Talking"),
            Self::Released => Text::new("已结束", "Ended"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallOutcome {
    /// The parties talked.
    Answered,
    /// It rang and nobody picked up.
    NoAnswer,
    Busy,
    Rejected,
    /// No signal, no route.
    Unreachable,
    /// The callee's phone is off.
    PoweredOff,
    /// The callee's number is suspended.
    Suspended,
    NoSuchNumber,
    CallerGaveUp,
    /// No binding for these parties.
    NotBound,
    /// A rule, a blacklist or a rate limit.
    Blocked,
    Failed,
}

impl CallOutcome {
    pub const ALL: [Self; 12] = [
        Self::Answered,
        Self::NoAnswer,
        Self::Busy,
        Self::Rejected,
        Self::Unreachable,
        Self::PoweredOff,
        Self::Suspended,
        Self::NoSuchNumber,
        Self::CallerGaveUp,
        Self::NotBound,
        Self::Blocked,
        Self::Failed,
    ];

    /// The name in the API: `no_answer`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::Rejected => "rejected",
            Self::Unreachable => "unreachable",
            Self::PoweredOff => "powered_off",
            Self::Suspended => "suspended",
            Self::NoSuchNumber => "no_such_number",
            Self::CallerGaveUp => "caller_gave_up",
            Self::NotBound => "not_bound",
            Self::Blocked => "blocked",
            Self::Failed => "failed",
        }
    }

    /// Reads [`CallOutcome::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.name() == name)
    }

    #[must_use]
    pub fn word(self) -> Text {
        match self {
            Self::Answered => Text::new("已接通", "Answered"),
            Self::NoAnswer => Text::new("无人接听", "No answer"),
            Self::Busy => Text::new("忙线", "Busy"),
            Self::Rejected => Text::new("被拒接", "Rejected"),
            Self::Unreachable => Text::new("无法接通", "Unreachable"),
            Self::PoweredOff => Text::new("关机", "Powered off"),
            Self::Suspended => Text::new("停机", "Suspended"),
            Self::NoSuchNumber => Text::new("空号", "No such number"),
            Self::CallerGaveUp => Text::new("主叫放弃", "Caller gave up"),
            Self::NotBound => Text::new("无绑定关系", "Not bound"),
            Self::Blocked => Text::new("被拦截", "Blocked"),
            Self::Failed => Text::new("失败", "Failed"),
        }
    }
}

/// Something odd about a call that a person should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Anomaly {
    /// The end lies before the start.
    EndsBeforeStart,
    /// The stated duration and the times disagree.
    DurationMismatch,
    /// Two records with one identity say different things.
    ConflictingRecord,
    /// The call was released and no record came (yet).
    MissingRecord,
    /// Events came, the record came, the release did not.
    MissingRelease,
    /// A code that no table explains.
    UnknownCode,
    /// Events and record name different parties.
    PartyMismatch,
    /// Events and record disagree about a time.
    TimeMismatch,
    /// A time stamp could not be read.
    UnreadableTime,
    /// The record's app key is not the app's.
    AppKeyMismatch,
    /// A time that cannot be true: far from the others, after the receipt, or before there were
    /// such calls. It counts for nothing.
    ImplausibleTime,
    /// A talk or a ringing longer than any can be.
    ImplausibleDuration,
}

impl Anomaly {
    pub const ALL: [Self; 12] = [
        Self::EndsBeforeStart,
        Self::DurationMismatch,
        Self::ConflictingRecord,
        Self::MissingRecord,
        Self::MissingRelease,
        Self::UnknownCode,
        Self::PartyMismatch,
        Self::TimeMismatch,
        Self::UnreadableTime,
        Self::AppKeyMismatch,
        Self::ImplausibleTime,
        Self::ImplausibleDuration,
    ];

    /// Reads [`Anomaly::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|anomaly| anomaly.name() == name)
    }

    /// The word in the API: `ends_before_start`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EndsBeforeStart => "ends_before_start",
            Self::DurationMismatch => "duration_mismatch",
            Self::ConflictingRecord => "conflicting_record",
            Self::MissingRecord => "missing_record",
            Self::MissingRelease => "missing_release",
            Self::UnknownCode => "unknown_code",
            Self::PartyMismatch => "party_mismatch",
            Self::TimeMismatch => "time_mismatch",
            Self::UnreadableTime => "unreadable_time",
            Self::AppKeyMismatch => "app_key_mismatch",
            Self::ImplausibleTime => "implausible_time",
            Self::ImplausibleDuration => "implausible_duration",
        }
    }

    #[must_use]
    pub fn word(self) -> Text {
        match self {
            Self::EndsBeforeStart => Text::new("结束早于开始", "Ends before start"),
            Self::DurationMismatch => Text::new("时长不符", "Duration mismatch"),
            Self::ConflictingRecord => Text::new("话单冲突", "Conflicting record"),
            Self::MissingRecord => Text::new("缺话单", "No record"),
            Self::MissingRelease => Text::new("缺挂机", "No hang-up"),
            Self::UnknownCode => Text::new("未知代码", "Unknown code"),
            Self::PartyMismatch => Text::new("号码不一致", "Party mismatch"),
            Self::TimeMismatch => Text::new("时间不一致", "Time mismatch"),
            Self::UnreadableTime => Text::new("时间无法识别", "Unreadable time"),
            Self::AppKeyMismatch => Text::new("appKey 不符", "appKey mismatch"),
            Self::ImplausibleTime => Text::new("时间不可信", "Implausible time"),
            Self::ImplausibleDuration => Text::new("时长不可信", "Implausible duration"),
        }
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordingState {
    /// Ours for as long as we like.
    Archived,
    /// Still only at the platform.
    Waiting,
    /// Deleted by the platform before it was fetched.
    Expired,
    /// Fetching failed for good.
    Failed,
}

impl RecordingState {
    pub const ALL: [Self; 4] = [Self::Archived, Self::Waiting, Self::Expired, Self::Failed];

    /// Reads [`RecordingState::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// `archived`, `waiting`, `expired`, `failed`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Archived => "archived",
            Self::Waiting => "waiting",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    #[must_use]
    pub fn word(self) -> Text {
        match self {
            Self::Archived => Text::new("已归档", "Archived"),
            Self::Waiting => Text::new("仍在平台", "At the platform"),
            Self::Expired => Text::new("已被平台删除", "Deleted by the platform"),
            Self::Failed => Text::new("下载失败", "Fetching failed"),
        }
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
