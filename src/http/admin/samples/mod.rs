//! What the pages' samples are made of, and the test that renders every page from its sample.
//!
//! The same files, written to `target/pages/`, can be opened in a browser without a server.

mod answers;
mod events;
mod figures;
mod house;
mod pages;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};
use scraper::{Html, Selector};

pub(super) use self::answers::{bindings, decisions, lists, questions, rule_sets, rules};
pub(super) use self::events::{
    answered_call, callbacks, calls, failed_call, messages, numbers, record, sources, strange_callbacks,
};
pub(super) use self::figures::{counts, facts, no_facts};
pub(super) use self::house::{apps, certificate, health, last_seen, server, status, system, users};
use crate::control::{ListKind, NamedList, RuleSet, RulesVersion};
use crate::domain::{
    Ack, AllowFrom, Anomaly, AnswerForm, App, AppId, AskedNote, Asking, Asks, Binding, BindingId, BindingKind,
    BindingTerms, Call, CallEventView, CallId, CallOutcome, CallState, CauseCode, DecidedQuestion, DecisionAction,
    DecisionNote, Direction, EventKind, Identity, Lang, NumberState, Outcome, Party, PhoneNumber, Product, ProviderId,
    RecordingRef, RecordingState, RecordingView, Release, Role, Scope, Secret, Seq, SessionId, SmsEvent, SmsMode,
    Stamp, Suspicion, VerifyMode,
};
use crate::http::admin::calls::page::Source;
use crate::http::admin::home::facts::{Expiring, Facts};
use crate::http::admin::query::{hour, hours_later, midnight};
use crate::http::admin::statistics::counts::Counts;
use crate::journal::{Body, CallbackRecord, Health, Record};
use crate::service::{
    CertificateInfo, Instant, ServerInfo,
    system::{
        BindingsStatus, Build, Certificate, Connections, DiskStatus, JournalStatus, MisdirectedStatus, OwnSystem, Room,
        StoreStatus, System,
    },
};
use crate::state::{OutsideId, User};
use crate::store::{CallbackRow, Group, HeatRow, LedgerRow, NumberRow, PeakRow, SmsRow, StatRow, Status, TalkRow};

const PRIVATE: ProviderId = ProviderId("huawei-private");
const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
const FEE: &str = r#"{"eventType":"fee","feeLst":[{"direction":1,"spId":"sp-1","appKey":"sample-key","icid":"ba171f34e6953fcd751edc77127748f4.3757228404.337238","bindNum":"+8675528780808","sessionId":"1200_366_4294967295_20261121021321@callenabler246.huaweicaas.com","callerNum":"+8613812340021","fwdDstNum":"+8613912345678","fwdUnaswRsn":0,"ulFailReason":0,"callInTime":"2026-11-21 02:13:21","fwdAnswerTime":"2026-11-21 02:13:30","callEndTime":"2026-11-21 02:14:48"}]}"#;

/// A selector that a test wrote correctly.
pub(super) fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

/// A Saturday morning in Shanghai: 10:20.
pub(super) fn now() -> Timestamp {
    at("2026-11-21T02:20:00Z")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn number(text: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse(text)
}

pub(super) fn app_names() -> Vec<String> {
    apps().into_iter().map(|app| app.name).collect()
}

pub(super) fn app_name(id: AppId) -> String {
    apps().into_iter().find(|app| app.id == id).map_or_else(|| format!("#{}", id.0), |app| app.name)
}
