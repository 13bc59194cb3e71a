//! Chromium behind chromedriver, on a free port, with its console read after every page.
//!
//! The driver is a child of the test and dies with it. The console is asked for over the
//! driver's own log address, which is not part of WebDriver and therefore spoken by hand.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use fantoccini::{Client, ClientBuilder};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

/// A screen to look at the dashboard on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) name: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) mobile: bool,
}

/// A browser with one window.
#[derive(Debug)]
pub(crate) struct Chromium {
    pub(crate) page: Client,
    screen: Screen,
    port: u16,
    driver: Driver,
}

/// The driver; killed when dropped, so that a failing test leaves no browser behind.
#[derive(Debug)]
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // Fails when it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Chromium {
    pub(crate) async fn start(screen: Screen) -> Self {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver can be run; tests/run installs it");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let driver = Driver(child);
        let port = lines
            .find_map(|line| {
                let line = line.unwrap();
                line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
            })
            .expect("chromedriver says its port");
        // What it says later must be read, or it blocks.
        std::thread::spawn(move || lines.count());

        let Value::Object(capabilities) = capabilities(screen) else { unreachable!("written as an object above") };
        let page = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts");
        Self { page, screen, port, driver }
    }

    /// Looks at the page: a screenshot, a silent console, nothing sticking out.
    pub(crate) async fn look(&mut self, name: &str) {
        let complaints = self.complaints(name).await;
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }

    /// The same, and says what is wrong.
    pub(crate) async fn complaints(&mut self, name: &str) -> Vec<String> {
        let shot = self.page.screenshot().await.unwrap();
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{}-{name}.png", self.screen.name)), shot).unwrap();

        let screen = self.screen.name;
        let errors = self.errors().await;
        let mut complaints: Vec<_> =
            errors.iter().map(|e| format!("{name} at {screen}: the console says {e}")).collect();
        let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let over = self.page.execute(script, Vec::new()).await.unwrap();
        if over != json!(0) {
            complaints.push(format!("{name} at {screen}: sticks out sideways by {over} px"));
        }
        complaints
    }

    /// Makes the window another screen, without another browser.
    pub(crate) async fn become_screen(&mut self, screen: Screen) {
        let metrics = json!({
            "width": screen.width, "height": screen.height, "deviceScaleFactor": 1, "mobile": screen.mobile
        });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics).await;
        self.screen = screen;
    }

    /// What the reader's system prefers: `light` or `dark`.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", &features).await;
    }

    /// Lets pages run their scripts, or not.
    pub(crate) async fn run_scripts(&self, run: bool) {
        self.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": !run })).await;
    }

    /// Remembers a preference as the program's own cookie does.
    pub(crate) async fn remember(&self, origin: &str, name: &str, value: &str) {
        self.devtools("Network.setCookie", &json!({ "name": name, "value": value, "url": origin, "secure": true }))
            .await;
    }

    /// Drops what the console said so far, for the reason given.
    pub(crate) async fn forget_errors(&mut self, _why: &str) {
        self.errors().await;
    }

    /// What the console said since the last look, warnings and worse.
    async fn errors(&self) -> Vec<Value> {
        let answer = self.driver("se/log", &json!({ "type": "browser" })).await;
        let entries = answer.as_array().cloned().expect("a list of console entries");
        entries.into_iter().filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING").collect()
    }

    async fn devtools(&self, command: &str, parameters: &Value) {
        self.driver("goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).await;
    }

    /// What only this driver understands.
    async fn driver(&self, path: &str, body: &Value) -> Value {
        let session = self.page.session_id().await.unwrap().expect("a session");
        let request = http::Request::post(format!("http://127.0.0.1:{}/session/{session}/{path}", self.port))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.to_string())))
            .unwrap();
        let client = HttpClient::builder(TokioExecutor::new()).build_http();
        let response = client.request(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let mut answer: Value = serde_json::from_slice(&body).unwrap_or_else(|e| panic!("{e}: {body:?}"));
        assert!(status.is_success(), "{path}: {answer}");
        answer["value"].take()
    }

    pub(crate) async fn quit(self) {
        self.page.close().await.unwrap();
        drop(self.driver);
    }
}

fn capabilities(screen: Screen) -> Value {
    let mut arguments: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--lang=zh-CN",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("--window-size={},{}", screen.width, screen.height));
    let mut options = json!({ "args": arguments, "prefs": { "intl.accept_languages": "zh-CN,zh" } });
    if screen.mobile {
        // A window cannot be made as narrow as a phone; the emulated device can.
        options["mobileEmulation"] = json!({
            "deviceMetrics": { "width": screen.width, "height": screen.height, "pixelRatio": 2.0, "mobile": true }
        });
    }
    json!({
        "browserName": "chrome",
        "acceptInsecureCerts": true,
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" }
    })
}
