//! Every page there is, found by following links from the dashboard's own list of pages: in both
//! languages, light and dark, at a desk and on a phone.
//!
//! One browser and one load for each page and language; the screen and the theme change under
//! it. Barriers are looked for once a load: in Chinese on a light desk, in English on a dark
//! phone, because words change neither contrast nor names. Each page must be silent, fit a phone, weigh little, paint soon, and have no barrier that
//! axe-core finds (fetched by `tests/run`; where it is not there, `barriers.js` beside this file
//! looks for the commonest ones).

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use crate::chromium::{Chromium, Screen};
use crate::house::House;
use crate::{PASSWORD, arrive, fill, lively, path, setup_link};

const DESK: Screen = Screen { name: "walk-desk", width: 1280, height: 900, mobile: false };
const PHONE: Screen = Screen { name: "walk-phone", width: 390, height: 844, mobile: true };

/// The document and all that it loads, recordings apart.
const WEIGHT_MAX: u64 = 100 << 10;
/// Five times what is wanted: a busy machine must not fail a test that is about the pages.
const PAINT_MAX_MS: f64 = 1_000.0;

/// What a page weighs, in bytes as transferred without a cache, and when it was painted.
const MEASURE: &str = "const done = arguments[0], size = (e) => e.encodedBodySize + 300; \
    const [page] = performance.getEntriesByType('navigation'); \
    const parts = performance.getEntriesByType('resource').filter((e) => e.initiatorType !== 'fetch'); \
    const weight = parts.map(size).reduce((a, b) => a + b, size(page)); \
    new PerformanceObserver((list) => { \
        const paint = list.getEntriesByName('first-contentful-paint')[0]; \
        if (paint) done({ weight, paint: paint.startTime }); \
    }).observe({ type: 'paint', buffered: true });";

/// Addresses that the page leads to.
const LINKS: &str = "return [...document.querySelectorAll('header a[href], .index a[href], main a[href]')] \
    .filter((a) => a.origin === location.origin && !a.hasAttribute('download')).map((a) => a.pathname);";

/// The kind of page behind an address: ids and numbers are one kind.
fn kind(path: &str) -> String {
    let part = |part: &str| {
        let is_id = part.chars().all(|c| c.is_ascii_hexdigit()) && part.chars().any(|c| c.is_ascii_digit());
        if is_id { "*".to_owned() } else { part.to_owned() }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// What is looked for, and how.
struct Barriers {
    source: String,
    run: &'static str,
}

impl Barriers {
    fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        match std::fs::read_to_string(root.join("target/axe-core/axe.min.js")) {
            Ok(source) => Self {
                source,
                run: "const done = arguments[arguments.length - 1]; \
                    axe.run(document, { resultTypes: ['violations'], iframes: false, preload: false }).then((r) => done(r.violations.map((v) => \
                    v.id + ': ' + v.nodes.slice(0, 4).map((n) => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | '))), \
                    (e) => done([String(e)]));",
            },
            Err(_) => Self {
                source: include_str!("barriers.js").to_owned(),
                run: "arguments[arguments.length - 1](window.barriers());",
            },
        }
    }

    async fn find(&self, chromium: &Chromium) -> Vec<String> {
        chromium.page.execute(&self.source, Vec::new()).await.unwrap();
        let found = chromium.page.execute_async(self.run, Vec::new()).await.unwrap();
        serde_json::from_value(found).unwrap()
    }
}

/// One walk over every page in one language.
struct Walk<'a> {
    chromium: &'a mut Chromium,
    origin: String,
    barriers: &'a Barriers,
    lang: &'static str,
    report: String,
    complaints: Vec<String>,
    paints: Vec<f64>,
}

impl Walk<'_> {
    async fn all(&mut self) -> usize {
        let mut waiting = vec!["/".to_owned(), "/nowhere".to_owned()];
        let mut seen: BTreeSet<String> = waiting.iter().map(|path| kind(path)).collect();
        let mut walked = 0;
        while let Some(address) = waiting.pop() {
            if !self.is_page(&address).await {
                continue;
            }
            self.one(&address).await;
            walked += 1;
            let links = self.chromium.page.execute(LINKS, Vec::new()).await.unwrap();
            for link in serde_json::from_value::<Vec<String>>(links).unwrap() {
                if seen.insert(kind(&link)) {
                    waiting.push(link);
                }
            }
        }
        walked
    }

    /// Downloads are no pages.
    async fn is_page(&self, address: &str) -> bool {
        let ask = "const done = arguments[1]; fetch(arguments[0], { method: 'HEAD' }) \
            .then((r) => done(r.headers.get('content-type')), () => done(null));";
        if self.chromium.page.current_url().await.unwrap().scheme() != "https" || address == "/nowhere" {
            return true;
        }
        let kind = self.chromium.page.execute_async(ask, vec![json!(address)]).await.unwrap();
        kind.as_str().is_none_or(|kind| kind.starts_with("text/html"))
    }

    async fn one(&mut self, address: &str) {
        let dark_by_choice = self.lang == "zh";
        self.chromium.become_screen(DESK).await;
        self.chromium.prefer("light").await;
        self.chromium.page.goto(&format!("{}{address}", self.origin)).await.unwrap();
        let measured = self.chromium.page.execute_async(MEASURE, Vec::new()).await.unwrap();
        self.measure(address, &measured);
        let name = format!("{}{}", self.lang, kind(address).replace('/', "-").replace('*', "one"));
        self.look(&name, address).await;
        if self.lang == "zh" {
            self.look_for_barriers(address).await;
        }

        self.chromium.become_screen(PHONE).await;
        if dark_by_choice {
            let choose = "document.documentElement.dataset.theme = 'dark'";
            self.chromium.page.execute(choose, Vec::new()).await.unwrap();
        } else {
            self.chromium.prefer("dark").await;
        }
        self.look(&name, address).await;
        if self.lang == "en" {
            self.look_for_barriers(address).await;
        }
    }

    fn measure(&mut self, address: &str, measured: &Value) {
        let weight = measured["weight"].as_u64().unwrap();
        if weight > WEIGHT_MAX {
            self.complaints.push(format!("{address} weighs {} KiB", weight >> 10));
        }
        let paint = measured["paint"].as_f64().unwrap();
        self.paints.push(paint);
        if paint > PAINT_MAX_MS {
            self.complaints.push(format!("{address} was painted after {paint:.0} ms"));
        }
        writeln!(self.report, "{:>4} KiB {paint:>5.0} ms  {} {address}", weight >> 10, self.lang).unwrap();
    }

    async fn look(&mut self, name: &str, address: &str) {
        // A page that is missing on purpose says so in the console.
        if address == "/nowhere" {
            self.chromium.forget_errors("the answer is a 404").await;
        }
        self.complaints.extend(self.chromium.complaints(name).await);
    }

    async fn look_for_barriers(&mut self, address: &str) {
        let found = self.barriers.find(self.chromium).await;
        self.complaints.extend(found.into_iter().map(|barrier| format!("{address} ({}): {barrier}", self.lang)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_silent_fits_a_phone_weighs_little_and_has_no_barrier() {
    let house = House::new();
    let server = lively(&house);
    let origin = format!("https://{}", server.address);
    let begun = Instant::now();
    let mut chromium = Chromium::start(Screen { mobile: false, ..DESK }).await;
    let barriers = Barriers::new();
    let setup = setup_link(&server);
    let mut complaints = Vec::new();
    for lang in ["zh", "en"] {
        chromium.remember(&origin, "ringback_lang", lang).await;
        chromium.page.goto(&format!("{origin}/login")).await.unwrap();
        let mut before = Walk::new(&mut chromium, &origin, &barriers, lang);
        before.one("/login").await;
        if lang == "zh" {
            before.one(setup.split_once(&server.address.to_string()).unwrap().1).await;
        }
        complaints.extend(before.told());
        chromium.become_screen(DESK).await;
        if lang == "zh" {
            fill(&chromium.page, &[("name", "boss"), ("password", PASSWORD), ("again", PASSWORD)]).await;
            arrive(&chromium.page, "setting up leads on", |path| !path.starts_with("/setup")).await;
        } else {
            fill(&chromium.page, &[("name", "boss"), ("password", PASSWORD)]).await;
            arrive(&chromium.page, "logging in leads home", |path| path == "/").await;
        }
        let mut walk = Walk::new(&mut chromium, &origin, &barriers, lang);
        let walked = walk.all().await;
        assert!(walked >= 12, "only {walked} pages were found");
        complaints.extend(walk.told());
        chromium.page.goto(&format!("{origin}/nowhere")).await.unwrap();
        chromium.page.delete_all_cookies().await.unwrap();
        chromium.forget_errors("the answer was a 404").await;
    }
    assert_eq!(path(&chromium.page).await, "/nowhere");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    println!("walked in {:.0} s", begun.elapsed().as_secs_f64());
    chromium.quit().await;
    server.stop();
}

impl<'a> Walk<'a> {
    fn new(chromium: &'a mut Chromium, origin: &str, barriers: &'a Barriers, lang: &'static str) -> Self {
        let (origin, report) = (origin.to_owned(), String::new());
        Self { chromium, origin, barriers, lang, report, complaints: Vec::new(), paints: Vec::new() }
    }

    /// Says what was measured, and gives what is wrong.
    fn told(mut self) -> Vec<String> {
        self.paints.sort_by(f64::total_cmp);
        let median = self.paints.get(self.paints.len() / 2).copied().unwrap_or_default();
        println!("{}first contentful paint, median {median:.0} ms", self.report);
        self.complaints
    }
}
