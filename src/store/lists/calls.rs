//! The filters of calls.

use jiff::Timestamp;

use super::kinds::{
    Amount, Apps, Choice, Ending, Exact, Flag, IsTest, Kind, NumberOf, Providers, Shape, Values, When, Whole,
    digits_end, named_values, read_named,
};
use super::text::{APP, DIGITS, EXACTLY, NUMBER, PRODUCT, PROVIDER, SESSION, SPAN, TESTS, ends, title};
use super::{Moment, Names, Parameters, filters};
use crate::domain::{
    Anomaly, AppId, BEIJING_OFFSET, Call, CallOutcome, CallState, CauseCode, Direction, Party, PhoneNumber, Product,
    ProviderId, RecordingState, Text, Wording, plain_text,
};
use crate::store::query_plan::QueryPlan;
use crate::store::terms::{self, ENDING_MIN, Exactly, Field, Terms, amount, term};
use crate::store::{Bounds, CauseIs, Filter, MainCause, Span, Tests};

const CALLER: NumberOf<Call> = (Field::Caller, |call| call.caller.as_ref());
const CALLEE: NumberOf<Call> = (Field::Callee, |call| call.callee.as_ref());
const X: NumberOf<Call> = (Field::X, |call| call.x.as_ref());
const Y: NumberOf<Call> = (Field::Y, |call| call.y.as_ref());
const PARTIES: [NumberOf<Call>; 4] = [CALLER, CALLEE, X, Y];

const WEEKDAYS: [Text; 7] = [
    Text::new("周一", "Mon"),
    Text::new("周二", "Tue"),
    Text::new("周三", "Wed"),
    Text::new("周四", "Thu"),
    Text::new("周五", "Fri"),
    Text::new("周六", "Sat"),
    Text::new("周日", "Sun"),
];

filters! {
    pub struct CallQuery of Call {
        app: Filter<AppId> as Apps<Call> = Apps { of: |call| Some(call.app) }, APP;
        provider: Filter<ProviderId> as Providers<Call> = Providers { of: |call| Some(call.provider) }, PROVIDER;
        product: Filter<Product> as Choice<Call, Product>
            = Choice::of(Field::Product, |call, product| call.product == Some(*product)), PRODUCT;
        session: Filter<String> as Exact<Call> = Exact::session(|call, each| each(call.session.reveal())), SESSION;
        number: Filter<String> as Ending<Call> = Ending::of(&PARTIES),
            NUMBER.hinted(0, Text::new("号码", "Number"), Text::new("任一方，后四位即可", "any party, last four digits"));
        caller: Filter<String> as Ending<Call> = Ending::among(&[CALLER]),
            ends(title("主叫", "caller"), "With a caller that ends so").hinted(1, Text::new("主叫", "Caller"), DIGITS);
        callee: Filter<String> as Ending<Call> = Ending::among(&[CALLEE]),
            ends(title("被叫", "callee"), "With a callee that ends so").hinted(2, Text::new("被叫", "Callee"), DIGITS);
        x: Filter<String> as Ending<Call> = Ending::among(&[X, Y]),
            ends(title("X 号码", "X"), "With a privacy number that ends so")
                .hinted(3, Text::new("X 号码", "X number"), DIGITS);
        y: Filter<String> as Ending<Call> = Ending::among(&[Y]),
            ends(title("Y 号码", "Y"), "With a second privacy number (AXYB) that ends so");
        direction: Filter<Direction> as Choice<Call, Direction>
            = Choice::of(Field::Direction, |call, direction| call.direction == Some(*direction)),
            title("方向", "direction").api("Who called")
                .flag("DIRECTION", "In this direction: a_to_b, b_to_a").form(23, Text::new("方向", "Direction"));
        state: Filter<CallState> as Choice<Call, CallState>
            = Choice::of(Field::State, |call, state| call.state == *state),
            title("状态", "state").api("How far the call is")
                .flag("STATE", "That got so far: offered, dialled, alerting, answered, released")
                .form(24, Text::new("状态", "State"));
        outcome: Filter<CallOutcome> as Choice<Call, CallOutcome>
            = Choice::or_none(Field::Outcome, |call, outcome| call.outcome == Some(*outcome)),
            title("结果", "outcome").api("How the call ended")
                .flag("OUTCOME", "That ended so: answered, no_answer, busy …").form(1, Text::new("结果", "Outcome"));
        answered: Option<bool> as Flag<Call> = Flag::of(Field::Answered, Call::is_answered),
            title("接通", "answered").api("Whether the parties talk or talked")
                .flag("BOOL", "Whose parties talk or talked, or did not").form(2, Text::new("接通", "Answered"));
        cause: Filter<CauseIs> as Causes = Causes,
            title("原因码", "cause").api("Why: a code, or its table and the code, as in `stateCode:7014`")
                .flag("CODE", "Released with this code: 7014, or in one table stateCode:7014")
                .hinted(10, Text::new("原因码", "Cause code"), Text::new("7014 或 stateCode:7014", "7014 or stateCode:7014"));
        main_cause: Filter<MainCause> as MainCauses = MainCauses,
            title("主要原因码", "main cause")
                .api("The most telling code it ended with, the one in `release`: as `cause`, or `unlisted` for codes that no table lists")
                .flag("CODE", "Released with this most telling code; unlisted where no table lists it");
        released_by: Filter<Option<Party>> as Choice<Call, Option<Party>>
            = Choice::of(Field::ReleasedBy, |call, by| call.release.as_ref().is_some_and(|release| release.by == *by)),
            title("挂机方", "ended by").api("Who ended the call, as `release.by` names it")
                .flag("PARTY", "Ended by: caller, callee, platform, or unknown").form(28, Text::new("挂机方", "Ended by"));
        anomaly: Filter<Anomaly> as Choice<Call, Anomaly>
            = Choice::of(Field::Anomaly, |call, anomaly| call.anomalies.contains(anomaly)),
            title("异常", "odd:")
                .api("Something odd about the call; `implausible_time` and `implausible_duration` are values that count for nothing")
                .flag("WORD", "With this oddity: missing_record, duration_mismatch …").form(26, Text::new("异常", "Odd"));
        binding: Filter<String> as Exact<Call>
            = Exact::of(Field::BindingId, |call, each| call.binding_id.iter().for_each(|id| each(id))),
            title("绑定", "binding").api("The binding that it followed, by its `binding_id`, exactly")
                .flag("ID", "That followed the binding of this id").hinted(12, Text::new("绑定号", "Binding"), EXACTLY);
        span: Span as When<Call> = When { of: |call| call.t }, SPAN;
        talk: Filter<Bounds> as Amount<Call> = Amount { index: Field::Talk, of: |call| Some(call.talk_seconds) },
            title("通话秒数", "talk").api("Talk time in seconds")
                .flag("RANGE", "With so many seconds of talk: 10..60, 60.., ..10, 0")
                .bounds("`18`, `10..60`, `60..`", "SECONDS", "With at least so much talk", "With at most so much talk")
                .form(1, Text::new("通话秒数", "Talk, s"));
        ring: Filter<Bounds> as Amount<Call> = Amount { index: Field::Ring, of: |call| call.ring_seconds },
            title("振铃秒数", "ring").api("Seconds from ringing to answer or end")
                .flag("RANGE", "That rang for so many seconds")
                .bounds("`18`, `10..60`, `60..`", "SECONDS", "That rang for at least so long", "That rang for at most so long")
                .form(2, Text::new("振铃秒数", "Ring, s"));
        pdd: Filter<Bounds> as Amount<Call> = Amount { index: Field::Pdd, of: Call::pdd_seconds },
            title("接续秒数", "PDD").api("Seconds from setup to ringing")
                .flag("RANGE", "With so many seconds from setup to ringing")
                .bounds("`3`, `0..5`, `10..`", "SECONDS",
                    "With at least so many seconds from setup to ringing", "With at most so many seconds from setup to ringing")
                .form(3, Text::new("接续秒数", "PDD, s"));
        weekday: Filter<u8> as Whole<Call, u8>
            = Whole { index: Field::Weekday, min: 1, max: 7, words: &WEEKDAYS, of: |call| Some(local_time(call.t).0) },
            title("星期", "on").api("The day of the week in Asia/Shanghai, Monday is 1")
                .flag("DAY", "On this day of the week in Asia/Shanghai: 1 (Monday) to 7")
                .form(27, Text::new("星期", "Weekday"));
        hour: Filter<u8> as Whole<Call, u8>
            = Whole { index: Field::Hour, min: 0, max: 23, words: &[], of: |call| Some(local_time(call.t).1) },
            title("时段", "hour").api("The hour of the day in Asia/Shanghai")
                .flag("HOUR", "In this hour of the day in Asia/Shanghai: 0 to 23")
                .hinted(11, Text::new("时段（小时）", "Hour of day"), Text::new("0–23，可多个：18, 19", "0–23, several: 18, 19"));
        has_recording: Option<bool> as Flag<Call> = Flag::of(Field::Recording, |call| call.recording.is_some()),
            title("有录音", "recording").api("Whether it has a recording")
                .flag("BOOL", "With a recording, or without one").form(1, Text::new("录音", "Recording"));
        recording_state: Filter<RecordingState> as RecordingStates = RecordingStates,
            title("录音", "recording").api("What became of the recording")
                .flag("STATE", "Whose recording is archived, waiting, expired, failed")
                .form(25, Text::new("录音状态", "Recording state"));
        expires_before: Option<Timestamp> as ExpiresBefore = ExpiresBefore,
            title("平台删除录音早于", "recording deleted before")
                .api("Whose recording is only at the platform, which deletes it before this instant")
                .flag("TIME", "Whose recording the platform deletes before this instant");
        q: Filter<String> as FreeText = FreeText,
            title("查找", "find")
                .api("The end of a number or of your own reference (4 characters or more), or the beginning of a session or of our id (8 or more)")
                .flag("TEXT", "End of a number or reference, beginning of a session or our id")
                .hinted(0, Text::new("查找", "Find"), Text::new("号码或订单号的后四位、会话号", "end of a number or order, session, call id"));
        test: Tests as IsTest<Call> = IsTest { of: |call| call.test }, TESTS;
    }
}

/// The day of the week, 1 (Monday) to 7, and the hour of the day in Asia/Shanghai, where clocks
/// have not changed since 1991.
fn local_time(t: Timestamp) -> (u8, u8) {
    let second = t.as_second() + i64::from(BEIJING_OFFSET.seconds());
    // 1970-01-01 was a Thursday.
    let weekday = (second.div_euclid(86_400) + 3).rem_euclid(7) + 1;
    (weekday as u8, (second.rem_euclid(86_400) / 3_600) as u8)
}

/// Any code it was released with: `stateCode:7014` is the code in its table, `7014` the code in any.
struct Causes;

fn read_cause(text: &str) -> Result<CauseIs, Wording> {
    let (table, code) = text.split_once(':').map_or((None, text), |(table, code)| (Some(table), code));
    if code.is_empty() || table == Some("") {
        return Err(Wording::from(Text::new(
            "代码，如 7014，或带表名的 stateCode:7014",
            "a code such as 7014, or table and code such as stateCode:7014",
        )));
    }
    Ok(CauseIs { table: table.map(str::to_owned), code: code.to_owned() })
}

impl CauseIs {
    fn is(&self, cause: &CauseCode) -> bool {
        cause.code == self.code && self.table.as_ref().is_none_or(|table| *table == cause.table)
    }
}

fn cause_term(field: Field, table: Option<&str>, code: &str) -> u64 {
    term(field, format!("{}\0{code}", table.unwrap_or_default()).as_bytes())
}

impl Values for Causes {
    type Row = Call;
    type Value = CauseIs;

    fn shape(&self) -> Shape {
        Shape::Text { several: true, words: &[], known: &[] }
    }

    fn parse(&self, text: &str) -> Result<CauseIs, Wording> {
        read_cause(text)
    }

    fn holds(&self, call: &Call, value: &CauseIs) -> bool {
        call.release.iter().flat_map(|release| &release.causes).any(|cause| value.is(cause))
    }

    fn index(&self, call: &Call, terms: &mut Vec<u64>) {
        for cause in call.release.iter().flat_map(|release| &release.causes) {
            let tables = [Some(cause.table.as_ref()), None];
            terms.extend(tables.map(|table| cause_term(Field::Cause, table, &cause.code)));
        }
    }

    fn terms(&self, value: &CauseIs, _: &Moment) -> Option<Vec<Exactly>> {
        let term = cause_term(Field::Cause, value.table.as_deref(), &value.code);
        Some(vec![Exactly { terms: Terms::one(term), exact: true }])
    }
}

/// The most telling code: the one that is counted.
struct MainCauses;

impl Values for MainCauses {
    type Row = Call;
    type Value = MainCause;

    fn shape(&self) -> Shape {
        const WORDS: [(&str, Text); 1] = [(MainCause::UNLISTED, Text::new("未列出的代码", "an unlisted code"))];
        Shape::Text { several: true, words: &WORDS, known: &[] }
    }

    fn parse(&self, text: &str) -> Result<MainCause, Wording> {
        match text {
            MainCause::UNLISTED => Ok(MainCause::Unlisted),
            _ => read_cause(text).map(MainCause::Is),
        }
    }

    fn holds(&self, call: &Call, value: &MainCause) -> bool {
        call.release.as_ref().is_some_and(|release| match value {
            MainCause::Unlisted => !release.listed,
            MainCause::Is(is) => is.is(&release.cause),
        })
    }

    /// No code is empty, so that the empty one stands for those that no table lists.
    fn index(&self, call: &Call, terms: &mut Vec<u64>) {
        let Some(release) = &call.release else { return };
        let main = &release.cause;
        let found = [(Some(main.table.as_ref()), main.code.as_str()), (None, &main.code)];
        terms.extend(found.map(|(table, code)| cause_term(Field::MainCause, table, code)));
        terms.extend((!release.listed).then(|| cause_term(Field::MainCause, None, "")));
    }

    fn terms(&self, value: &MainCause, _: &Moment) -> Option<Vec<Exactly>> {
        let term = match value {
            MainCause::Is(is) => cause_term(Field::MainCause, is.table.as_deref(), &is.code),
            MainCause::Unlisted => cause_term(Field::MainCause, None, ""),
        };
        Some(vec![Exactly { terms: Terms::one(term), exact: true }])
    }
}

/// Where its recording is. One that waits becomes one that expired while nobody writes: only the
/// clock knows.
struct RecordingStates;

impl Values for RecordingStates {
    type Row = Call;
    type Value = RecordingState;

    fn shape(&self) -> Shape {
        Shape::Choice(named_values::<RecordingState>())
    }

    fn parse(&self, text: &str) -> Result<RecordingState, Wording> {
        read_named(text)
    }

    fn holds(&self, call: &Call, value: &RecordingState) -> bool {
        call.recording.as_ref().is_some_and(|recording| recording.state == *value)
    }

    fn index(&self, call: &Call, terms: &mut Vec<u64>) {
        terms.extend(call.recording.as_ref().map(|recording| match recording.state {
            RecordingState::Waiting => amount(Field::Expires, seconds(recording.expires_at)),
            state => term(Field::RecordingState, state.name().as_bytes()),
        }));
    }

    fn terms(&self, value: &RecordingState, moment: &Moment) -> Option<Vec<Exactly>> {
        let now = seconds(moment.now);
        let mut terms = vec![Terms::word(Field::RecordingState, value.name().as_bytes())];
        match value {
            RecordingState::Waiting => terms.push(Terms::amounts(Field::Expires, now + 1, u64::MAX)),
            RecordingState::Expired => terms.push(Terms::amounts(Field::Expires, 0, now)),
            RecordingState::Archived | RecordingState::Failed => {}
        }
        Some(terms.into_iter().map(|terms| Exactly { terms, exact: true }).collect())
    }
}

/// Whether its recording is only at the platform and is deleted there before an instant.
struct ExpiresBefore;

impl Kind for ExpiresBefore {
    type Row = Call;
    type Asked = Option<Timestamp>;

    fn shape(&self) -> Shape {
        Shape::Instant
    }

    fn read<P: Parameters>(&self, names: &Names, from: &P) -> Result<Option<Timestamp>, P::Error> {
        from.instant(names)
    }

    /// As the index has it: in whole seconds.
    fn takes(&self, asked: &Option<Timestamp>, call: &Call) -> bool {
        asked.is_none_or(|before| {
            call.recording.as_ref().is_some_and(|recording| {
                recording.state == RecordingState::Waiting && seconds(recording.expires_at) <= seconds(before)
            })
        })
    }

    /// Indexed by [`RecordingStates`].
    fn index(&self, _: &Call, _: &mut Vec<u64>) {}

    /// An empty span finds nothing, as it should.
    fn plan(&self, asked: &Option<Timestamp>, moment: &Moment, plan: &mut QueryPlan) {
        plan.all
            .extend(asked.map(|before| vec![Terms::amounts(Field::Expires, seconds(moment.now) + 1, seconds(before))]));
    }
}

/// Whole seconds since 1970; nothing here was before.
fn seconds(t: Timestamp) -> u64 {
    u64::try_from(t.as_second()).unwrap_or(0)
}

/// Free text: the beginning of a session or of our id, the end of the customer's own reference or
/// of a number.
struct FreeText;

impl Values for FreeText {
    type Row = Call;
    type Value = String;

    fn shape(&self) -> Shape {
        Shape::Text { several: false, words: &[], known: &[] }
    }

    fn parse(&self, text: &str) -> Result<String, Wording> {
        Ok(plain_text::bare(text).to_owned())
    }

    fn holds(&self, call: &Call, value: &String) -> bool {
        let (text, session) = (value.trim(), call.session.reveal());
        session == text
            || terms::session_begins(session, text)
            || call.user_data.as_deref().is_some_and(|data| reference_ends(data, text))
            || terms::id_begins(call.id, text)
            || number_in(text).is_some_and(|digits| call.parties().any(|number| digits_end(number, &digits)))
    }

    /// Sessions and numbers are indexed by their own filters.
    fn index(&self, call: &Call, terms: &mut Vec<u64>) {
        terms::push_session_starts(terms, call.session.reveal());
        terms.push(terms::id_term(call.id));
        if let Some(text) = &call.user_data {
            terms::push_reference(terms, text);
        }
    }

    fn terms(&self, value: &String, _: &Moment) -> Option<Vec<Exactly>> {
        let text = value.trim();
        let exactly = |terms| Exactly { terms, exact: true };
        let mut found = vec![
            exactly(Terms::word(Field::Session, text.as_bytes())),
            exactly(Terms::word(Field::UserData, terms::reference(text).as_bytes())),
        ];
        found.extend(terms::session_beginning(text));
        found.extend(terms::reference_ending(text));
        found.extend(terms::id_beginning(text));
        let numbers = number_in(text).into_iter();
        let numbers = numbers.flat_map(|digits| PARTIES.map(|(field, _)| terms::ending(field, &digits)));
        found.extend(numbers.flatten().map(exactly));
        Some(found)
    }
}

/// The digits of what may be the end of a number.
fn number_in(text: &str) -> Option<String> {
    let digits = terms::digits(&PhoneNumber::typed(text)?);
    (digits.len() >= ENDING_MIN && terms::is_exact(&digits)).then_some(digits)
}

/// Whether a reference is this, or ends so: with four characters or more.
fn reference_ends(reference: &str, text: &str) -> bool {
    let (reference, wanted) = (terms::reference(reference), terms::reference(text));
    reference == wanted || (terms::reference_ending(text).is_some() && reference.ends_with(&wanted))
}
