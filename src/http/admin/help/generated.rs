//! The parts of `docs/` that repeat what the code knows: written here, from the code.
//!
//! Such a part stands between `<!-- NAME -->` and `<!-- end of NAME -->`. The test fails where it
//! differs; with `RINGBACK_WRITE_DOCS=1` in the environment it writes it instead.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use crate::control::contract;
use crate::domain::{Anomaly, Asking, Lang, metrics};
use crate::http::admin::parts::{self, words};
use crate::limits::*;
use crate::platforms::{self, outbound};

type Part = (&'static str, fn(Lang) -> String);

const PARTS: [Part; 8] = [
    ("platforms", platforms),
    ("addresses", addresses),
    ("operations", operations),
    ("anomalies", anomalies),
    ("figures", figures),
    ("asking", asking),
    ("asking limits", asking_limits),
    ("limits", limits),
];

fn table<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut text = String::new();
    for (n, row) in rows.into_iter().enumerate() {
        writeln!(text, "| {} |", row.map(|cell| cell.replace('|', "\\|")).join(" | ")).unwrap();
        if n == 0 {
            writeln!(text, "|{}", " --- |".repeat(N)).unwrap();
        }
    }
    text
}

fn head<const N: usize>(lang: Lang, cells: [(&str, &str); N]) -> [String; N] {
    cells.map(|(zh, en)| lang.t(zh, en).to_owned())
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn platforms(lang: Lang) -> String {
    let names =
        [("provider", "provider"), ("平台", "platform"), ("重推", "pushes again"), ("录音保留", "keeps recordings")];
    let row = |p: &&'static dyn platforms::Provider| {
        let days = format!("{} {}", p.recording_days(), lang.t("天", "days"));
        [code(p.id().0), p.title(lang).to_owned(), p.retry().text.get(lang).to_owned(), days]
    };
    table([head(lang, names)].into_iter().chain(platforms::ALL.iter().map(row)))
}

fn addresses(lang: Lang) -> String {
    let names = [
        ("控制台里的栏目", "box in the console"),
        ("provider", "provider"),
        ("末段", "tail"),
        ("收到什么", "what arrives"),
    ];
    let rows = platforms::ALL.iter().flat_map(|p| {
        p.addresses().iter().map(|a| {
            let tail = if a.tail.is_empty() { String::new() } else { code(&format!("/{}", a.tail)) };
            [a.console_field.get(lang).to_owned(), code(p.id().0), tail, a.receives.get(lang).to_owned()]
        })
    });
    table([head(lang, names)].into_iter().chain(rows))
}

fn operations(lang: Lang) -> String {
    let rows = outbound::operations()
        .into_iter()
        .map(|o| [code(o.id), o.title.get(lang).to_owned(), o.about.get(lang).to_owned()]);
    table([head(lang, [("操作", "operation"), ("名称", "name"), ("说明", "what it does")])].into_iter().chain(rows))
}

fn anomalies(lang: Lang) -> String {
    let row = |a: Anomaly| [code(a.name()), a.word().get(lang).to_owned(), words::anomaly(a).get(lang).to_owned()];
    let names = [("名称", "name"), ("页面", "pages"), ("含义", "meaning")];
    table([head(lang, names)].into_iter().chain(Anomaly::ALL.into_iter().map(row)))
}

fn figures(lang: Lang) -> String {
    let row = |m: &metrics::Metric| [code(m.name), m.title.get(lang).to_owned(), m.meaning.get(lang).to_owned()];
    let names = [("名称", "name"), ("指标", "figure"), ("定义", "meaning")];
    let ledger = metrics::LEDGER.get(lang);
    format!("{}\n**{ledger}**\n", table([head(lang, names)].into_iter().chain(metrics::METRICS.iter().map(row))))
}

fn asking(lang: Lang) -> String {
    let row = |a: Asking| [code(a.name()), a.word().get(lang).to_owned(), contract::outcome(a).get(lang).to_owned()];
    let names = [("API", "API"), ("页面", "pages"), ("含义", "meaning")];
    table([head(lang, names)].into_iter().chain(Asking::ALL.into_iter().map(row)))
}

fn bounds(lang: Lang, rows: &[(&str, &str, String)]) -> String {
    let names = head(lang, [("项目", "what"), ("上限", "bound")]);
    table([names].into_iter().chain(rows.iter().map(|(zh, en, bound)| [lang.t(zh, en).to_owned(), bound.clone()])))
}

fn asking_limits(lang: Lang) -> String {
    let (least, most) = (DECISION_DEADLINES_MS.start(), DECISION_DEADLINES_MS.end());
    let ms = lang.t("毫秒", "ms");
    let or = |default: u16, from: &u16, to: &u16| match lang {
        Lang::Zh => format!("默认 {default} 毫秒，可设 {from} 到 {to} 毫秒"),
        Lang::En => format!("{default} ms unless set, {from} to {to} ms"),
    };
    let margin = DECISION_MARGIN.as_millis();
    let own = match lang {
        Lang::Zh => format!("默认 {RULE_ASK_MS} 毫秒，最多为总时限减 {margin} 毫秒"),
        Lang::En => format!("{RULE_ASK_MS} ms unless set, at most the deadline less {margin} ms"),
    };
    bounds(
        lang,
        &[
            (
                "一个应用回答一次询问的总时限 `deadline_ms`",
                "all rules of an app together, `deadline_ms`",
                or(DECISION_DEADLINE_MS, least, most),
            ),
            ("其中留给保存应答", "of it kept for making the answer durable", format!("{margin} {ms}")),
            ("一条规则给公司系统的时间 `timeout_ms`", "one rule's question to your system, `timeout_ms`", own),
            ("答复的正文", "body of an answer", size(ASK_ANSWER_MAX as u64)),
            ("同一地址同时等待的询问", "questions that wait for one address", ASK_AT_ONCE.to_string()),
            (
                "连续失败多少次后暂停询问",
                "failures in a row after which an address is left alone",
                ASK_FAILURES.to_string(),
            ),
            ("暂停多久", "for how long", time(lang, ASK_REST)),
        ],
    )
}

fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes >= 1 << 30 => format!("{} GiB", bytes >> 30),
        bytes if bytes >= 1 << 20 => format!("{} MiB", bytes >> 20),
        bytes => format!("{} KiB", bytes >> 10),
    }
}

fn time(lang: Lang, time: Duration) -> String {
    let seconds = time.as_secs();
    let (n, zh, en) = match seconds {
        s if s >= 2 * 86_400 && s.is_multiple_of(86_400) => (s / 86_400, "天", "days"),
        s if s >= 7_200 && s.is_multiple_of(3_600) => (s / 3_600, "小时", "hours"),
        s if s >= 120 && s.is_multiple_of(60) => (s / 60, "分钟", "minutes"),
        s => (s, "秒", "s"),
    };
    format!("{n} {}", lang.t(zh, en))
}

fn limits(lang: Lang) -> String {
    let count = |n: u64| parts::count(n);
    bounds(
        lang,
        &[
            ("一个回调的正文", "body of a callback", size(BODY_MAX as u64)),
            ("未登录者的正文", "body of whoever is not logged in", size(STRANGER_BODY_MAX as u64)),
            ("表单和 API 请求的正文", "body of a form or an API request", size(FORM_MAX as u64)),
            ("同时处理的全部正文", "all bodies under way", size(BODIES_MAX as u64)),
            ("其中平台的回调", "of them, callbacks of platforms", size(BODIES_PLATFORMS as u64)),
            ("请求头", "head of a request", size(HEADER_MAX as u64)),
            ("打开的连接", "open connections", count(CONNECTIONS_MAX as u64)),
            (
                "同一地址的连接（受信代理和本机除外）",
                "connections of one address (trusted proxies and this machine excepted)",
                count(CONNECTIONS_PER_ADDRESS as u64),
            ),
            ("同一地址同时处理的请求", "requests under way of one address", count(REQUESTS_PER_ADDRESS as u64)),
            (
                "日志写入队列满时，回调最多等待",
                "a callback's wait while the journal's queue is full",
                time(lang, COMMIT_QUEUE_WAIT),
            ),
            ("停止时收尾", "time to finish what is under way at a stop", time(lang, DRAIN_TIME)),
            ("列表每页的行数", "rows of one page of a list", count(PAGE_MAX as u64)),
            ("同一个条件的取值", "values of one filter", count(FILTER_VALUES_MAX as u64)),
            ("计数到此为止", "rows at which a count stops", count(COUNT_MAX as u64)),
            ("同时跟随实时变化的页面和程序", "followers of live events", count(FOLLOWERS_MAX as u64)),
            ("应用、用户、API 令牌，各", "apps, users, API tokens, of each", count(SET_MAX as u64)),
            ("一个应用的规则", "rules of an app", count(RULES_MAX as u64)),
            ("一个应用保留的规则版本", "versions of an app's rules that are kept", count(RULE_VERSIONS as u64)),
            ("名单", "lists", count(LISTS_MAX as u64)),
            ("一个名单的条目", "entries of a list", count(LIST_ENTRIES_MAX as u64)),
            ("一次导入的绑定文件", "file of one import of bindings", size(BINDINGS_IMPORT_MAX as u64)),
            ("页面上传的文件", "file that a page uploads", size(UPLOAD_MAX as u64)),
            ("最短的密码，字符", "shortest password, in characters", PASSWORD_CHARS_MIN.to_string()),
            ("一次登录的有效期", "a login lasts", time(lang, LOGIN_TIME)),
            (
                "可设的最短保留期，天",
                "shortest time for which anything may be kept, in days",
                KEEP_DAYS_MIN.to_string(),
            ),
        ],
    )
}

#[test]
fn what_documents_repeat_of_the_code_is_what_the_code_says() {
    let writes = std::env::var_os("RINGBACK_WRITE_DOCS").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let lang = if path.to_string_lossy().ends_with(".zh.md") { Lang::Zh } else { Lang::En };
        let mut text = std::fs::read_to_string(&path).unwrap();
        for (name, write) in PARTS {
            let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
            let Some(from) = text.find(&begin).map(|at| at + begin.len()) else { continue };
            let to = from + text[from..].find(&end).unwrap_or_else(|| panic!("{}: no {end}", path.display()));
            let said = format!("\n{}\n", write(lang));
            assert!(
                writes || text[from..to] == said,
                "{}: {name} is not what the code says; run `RINGBACK_WRITE_DOCS=1 cargo test --lib repeat_of_the_code` \
                 to update it",
                path.display()
            );
            text.replace_range(from..to, &said);
            found.push((name, lang));
        }
        if writes {
            std::fs::write(&path, text).unwrap();
        }
    }
    for (name, lang) in PARTS.iter().flat_map(|(name, _)| [(*name, Lang::Zh), (*name, Lang::En)]) {
        assert!(found.contains(&(name, lang)), "{name} stands in no document in {lang:?}");
    }
}
