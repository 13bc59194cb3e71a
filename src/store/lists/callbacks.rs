//! The filters of callbacks.

use super::filters;
use super::kinds::{Amount, Apps, Choice, Exact, Flag, Providers, When, Whole};
use super::text::{APP, PROVIDER, SESSION, SPAN, title};
use crate::domain::{AppId, Outcome, ProviderId, Suspicion, Text, Wording};
use crate::store::terms::Field;
use crate::store::{Bounds, CallbackRow, Filter, Joined, Span};

filters! {
    pub struct CallbackQuery of CallbackRow {
        app: Filter<AppId> as Apps<CallbackRow> = Apps { of: |row| Some(row.app) }, APP;
        provider: Filter<ProviderId> as Providers<CallbackRow> = Providers { of: |row| row.provider }, PROVIDER;
        outcome: Filter<Outcome> as Choice<CallbackRow, Outcome>
            = Choice::of(Field::Outcome, |row, outcome| row.outcome == *outcome),
            title("结果", "outcome").api("What became of it")
                .flag("OUTCOME", "That became so: accepted, duplicate, unrecognised, unparsable, unverified")
                .form(1, Text::new("结果", "Outcome"));
        session: Filter<String> as Exact<CallbackRow>
            = Exact::session(|row, each| row.sessions.iter().for_each(|session| each(session))), SESSION.first();
        verified: Filter<Option<bool>> as Choice<CallbackRow, Option<bool>>
            = Choice::of(Field::Verified, |row, verified| row.verified == *verified),
            title("验签", "signature").api("Whether the signature held")
                .flag("WORD", "Whose signature held: yes, no, unchecked").form(3, Text::new("验签", "Signature"));
        suspicious: Option<bool> as Flag<CallbackRow> = Flag::of(Field::Suspicious, |row| !row.suspicions.is_empty()),
            title("有可疑之处", "suspicious").api("Whether something about it looks wrong")
                .flag("BOOL", "In which something looks wrong, or nothing does")
                .form(2, Text::new("有可疑之处", "Suspicious"));
        suspicion: Filter<String> as Exact<CallbackRow>
            = Exact {
                known: &Suspicion::NAMES,
                read: read_suspicion,
                ..Exact::of(Field::Suspicion, each_suspicion)
            },
            title("可疑之处", "suspicion").api("What looks wrong")
                .flag("KIND", "In which this looks wrong: wrong_case, missing:sessionId …")
                .hinted(4, Text::new("可疑之处", "Suspicion"), Text::new("wrong_case:sessionid", "wrong_case:sessionid"));
        label: Filter<String> as Exact<CallbackRow>
            = Exact::of(Field::Label, |row, each| if !row.label.is_empty() { each(&row.label) }),
            title("内容", "what").api("What it is, in one word: `released`, `record`, `sms`")
                .flag("WORD", "That are this: answered, record, sms …")
                .hinted(1, Text::new("内容", "What"), Text::new("answered、record、sms…", "answered, record, sms…"));
        peer: Filter<String> as Exact<CallbackRow>
            = Exact { read: read_peer, ..Exact::of(Field::Peer, |row, each| each(&row.peer.to_string())) },
            title("来源", "peer").api("The address it came from").flag("ADDRESS", "From this IP address")
                .hinted(2, Text::new("来源地址", "Peer"), Text::new("IP 地址", "an IP address"));
        status: Filter<u16> as Whole<CallbackRow, u16>
            = Whole { index: Field::Status, min: 100, max: 599, words: &[], of: |row| Some(row.status) },
            title("应答", "answered").api("The status we answered").flag("CODE", "Answered so: 200, 401 …")
                .hinted(3, Text::new("应答状态码", "Answered"), Text::new("200、401、503…", "200, 401, 503…"));
        size: Filter<Bounds> as Amount<CallbackRow>
            = Amount { index: Field::Size, of: |row| Some(u32::try_from(row.size_bytes).unwrap_or(u32::MAX)) },
            title("字节数", "bytes").api("Bytes of the body").flag("RANGE", "With a body of so many bytes: 0, 1000..")
                .bounds("`812`, `..1000`, `4096..`", "BYTES",
                    "With a body of at least so many bytes", "With a body of at most so many bytes")
                .form(1, Text::new("字节数", "Size, bytes"));
        question: Option<bool> as Flag<CallbackRow> = Flag::of(Field::Question, |row| row.question),
            title("平台询问", "a question").api("Whether the platform asked something")
                .flag("BOOL", "That asked something, or did not").form(3, Text::new("平台询问", "A question"));
        test: Option<bool> as Flag<CallbackRow>
            = Flag {
                words: [Text::new("不含测试", "no tests"), Text::new("仅测试", "only tests")],
                ..Flag::of(Field::Test, |row| row.test)
            },
            title("测试", "test").api("Whether it was marked as a test")
                .flag("BOOL", "That were marked as tests, or were not").form(1, Text::new("测试", "Test"));
        joined: Filter<Joined> as Choice<CallbackRow, Joined>
            = Choice::of(Field::Joined, |row, joined| row.joined(*joined)),
            title("已关联", "joined")
                .api("What became of its content: attached to a call, a message or number state, or neither")
                .flag("WORD", "That joined a call, or hold a message or a number: call, not_call, nothing")
                .form(2, Text::new("已关联", "Joined"));
        span: Span as When<CallbackRow> = When { of: |row| row.received_at }, SPAN;
    }
}

/// What looks wrong is found by its kind (`wrong_case`), and by its kind with what it is about
/// (`wrong_case:sessionid`).
fn each_suspicion(row: &CallbackRow, each: &mut dyn FnMut(&str)) {
    for suspicion in &row.suspicions {
        each(suspicion.name());
        each(&format!("{}:{}", suspicion.name(), suspicion.about()));
    }
}

fn read_suspicion(text: &str) -> Result<String, Wording> {
    let kind = text.split_once(':').map_or(text, |(kind, _)| kind);
    if Suspicion::NAMES.contains(&kind) {
        return Ok(text.to_owned());
    }
    Err(format!("one of {}, alone or as {}:FIELD", Suspicion::NAMES.join(", "), Suspicion::NAMES[0]).into())
}

/// An address in the one way in which it is compared.
fn read_peer(text: &str) -> Result<String, Wording> {
    let peer = text.parse::<std::net::IpAddr>();
    peer.map(|peer| peer.to_string()).map_err(|_| Text::new("IP 地址", "an IP address").into())
}
