//! One headless browser.

mod driver;
mod vendor;

use std::fmt::Write;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::error::{CmdError, NewSessionError};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

pub(crate) use driver::{Driver, Programs};
use vendor::Vendor;

/// How long a condition may take to become true. Long, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// The default width and height of the window, in pixels.
pub(crate) const WINDOW: (u32, u32) = (1280, 900);

/// A browser, with its driver.
#[derive(Debug)]
pub(crate) struct Browser {
    client: Client,
    driver: Driver,
}

/// A color scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub(crate) const BOTH: [Self; 2] = [Self::Light, Self::Dark];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Browser {
    /// Starts a driver and a browser. Both end when the result is dropped.
    ///
    /// # Panics
    ///
    /// If one of them does not start.
    pub(crate) async fn start(programs: &Programs) -> Self {
        let driver = Driver::start(programs);
        let client = match connect(&driver, programs).await {
            Ok(client) => client,
            Err(error) => panic!("no session with the browser: {error}\n{}", driver.output()),
        };
        let browser = Self { client, driver };
        let watch = json!({ "source": include_str!("watch.js") });
        browser.developer("Page.addScriptToEvaluateOnNewDocument", watch).await;
        browser
    }

    /// Restores the state of a new browser: an empty page, no emulation, and empty logs.
    ///
    /// # Errors
    ///
    /// If the browser does not answer.
    pub(crate) async fn reset(&self) -> Result<(), CmdError> {
        self.client.goto("about:blank").await?;
        self.client.issue_cmd(Vendor::developer("Emulation.clearDeviceMetricsOverride", json!({}))).await?;
        self.client.issue_cmd(Vendor::log("browser")).await?;
        self.client.issue_cmd(Vendor::log("performance")).await?;
        self.show(Theme::Light, WINDOW).await;
        Ok(())
    }

    /// The folder of the browser's files.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.driver.folder()
    }

    pub(crate) async fn open(&self, address: &str) {
        self.client.goto(address).await.unwrap_or_else(|error| panic!("`{address}` does not load: {error}"));
    }

    /// Sets the color scheme, and the size of the page. A narrow page is that of a phone.
    pub(crate) async fn show(&self, theme: Theme, (width, height): (u32, u32)) {
        let phone = width < 600;
        let preferences = json!([
            { "name": "prefers-color-scheme", "value": theme.name() },
            // A picture must not be taken in the middle of a movement.
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.developer("Emulation.setEmulatedMedia", json!({ "features": preferences })).await;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        self.developer("Emulation.setDeviceMetricsOverride", size).await;
        self.developer("Emulation.setTouchEmulationEnabled", json!({ "enabled": phone })).await;
    }

    /// Runs a function body in the page, and returns its value.
    pub(crate) async fn script(&self, body: &str, arguments: Vec<Value>) -> Value {
        match self.client.execute(body, arguments).await {
            Ok(value) => value,
            Err(error) => panic!("the script failed: {error}\n{body}"),
        }
    }

    /// Waits until a function body returns something true in the page, and returns that.
    ///
    /// # Panics
    ///
    /// If it does not do so in time, with what the page shows.
    pub(crate) async fn wait_for(&self, what: &str, body: &str, arguments: Vec<Value>) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let value = self.script(body, arguments.clone()).await;
            if !matches!(value, Value::Null | Value::Bool(false)) {
                return value;
            }
            if Instant::now() > deadline {
                panic!("not seen within {PATIENCE:?}: {what}\n{}", self.describe().await);
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the page has drawn some frames.
    pub(crate) async fn frames(&self, count: u32) {
        let script = "
            const [count, done] = arguments;
            let left = count;
            const next = () => (left-- > 0 ? requestAnimationFrame(next) : done());
            next();";
        self.client.execute_async(script, vec![count.into()]).await.expect("the page draws");
    }

    /// Waits until a visible element contains a text, which may be outside of the window.
    pub(crate) async fn wait_for_text(&self, selector: &str, text: &str) {
        // Not `innerText`, which lacks what `content-visibility` leaves out.
        let body = "
            const [selector, text] = arguments;
            const found = [...document.querySelectorAll(selector)];
            return found.some((element) => element.checkVisibility() && element.textContent.includes(text));";
        self.wait_for(&format!("`{text}` in `{selector}`"), body, vec![selector.into(), text.into()]).await;
    }

    /// Clicks on the only element of a selector.
    pub(crate) async fn click(&self, selector: &str) {
        self.wait_for(
            &format!("one `{selector}`"),
            "return document.querySelectorAll(arguments[0]).length === 1;",
            vec![selector.into()],
        )
        .await;
        let clicked = async { self.client.find(Locator::Css(selector)).await?.click().await };
        if let Err(error) = clicked.await {
            panic!("a click on `{selector}` failed: {error}\n{}", self.describe().await);
        }
    }

    /// Presses keys, one after the other, at the element with the focus.
    pub(crate) async fn press(&self, keys: impl IntoIterator<Item = char>) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for value in keys {
            actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.client.perform_actions(actions).await.expect("the keys can be pressed");
    }

    /// Presses a key while others are held, such as Shift.
    pub(crate) async fn press_with(&self, held: char, key: char) {
        let actions = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: held })
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key })
            .then(KeyAction::Up { value: held });
        self.client.perform_actions(actions).await.expect("the keys can be pressed");
    }

    /// A picture of what is in the window, as a PNG.
    #[allow(dead_code)] // Only the pictures of dialogs use it, which stay in the window.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("the browser makes pictures")
    }

    /// A picture of the whole page, also of what is below the window, as a PNG.
    pub(crate) async fn whole_picture(&self) -> Vec<u8> {
        // Otherwise, the browser does not draw what `content-visibility` leaves out.
        let draw_all = "
            const style = new CSSStyleSheet();
            style.replaceSync('* { content-visibility: visible !important; }');
            document.adoptedStyleSheets = [style];";
        self.script(draw_all, Vec::new()).await;
        self.frames(2).await;
        let answer = self.developer("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
        let encoded = answer["data"].as_str().expect("it answers with a picture");
        BASE64_STANDARD.decode(encoded).expect("it is encoded correctly")
    }

    /// The messages of the console that are new: errors, warnings, and the rest.
    pub(crate) async fn console(&self) -> Vec<String> {
        let entries = self.issue(Vendor::log("browser")).await;
        let entries = entries.as_array().expect("a log is a list");
        entries.iter().map(|entry| format!("{}: {}", entry["level"], entry["message"])).collect()
    }

    /// The addresses of all requests since the latest call, also of those that were blocked or have failed.
    pub(crate) async fn requests(&self) -> Vec<String> {
        let entries = self.issue(Vendor::log("performance")).await;
        let messages = entries.as_array().expect("a log is a list").iter().filter_map(|entry| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            match message["method"].as_str()? {
                "Network.requestWillBeSent" => Some(message["params"]["request"]["url"].as_str()?.to_owned()),
                "Network.webSocketCreated" => Some(message["params"]["url"].as_str()?.to_owned()),
                _ => None,
            }
        });
        messages.collect()
    }

    /// Sends a command of the developer tools.
    pub(crate) async fn developer(&self, command: &'static str, parameters: Value) -> Value {
        self.issue(Vendor::developer(command, parameters)).await
    }

    /// What the page shows, for the message of a failed test.
    pub(crate) async fn describe(&self) -> String {
        let mut text = String::new();
        let script =
            "return [location.href, document.documentElement?.innerText, document.activeElement?.outerHTML];";
        match self.client.execute(script, Vec::new()).await {
            Ok(page) => {
                let part = |index: usize| page[index].as_str().unwrap_or("nothing").to_owned();
                let focus: String = part(2).chars().take(300).collect();
                let _ = write!(text, "-- the page {} shows:\n{}\n-- focus: {focus}", part(0), part(1));
            }
            Err(error) => {
                let _ = write!(text, "-- the page does not answer: {error}");
            }
        }
        if let Ok(console) = self.client.issue_cmd(Vendor::log("browser")).await {
            let _ = write!(text, "\n-- console: {console}");
        }
        text
    }

    async fn issue(&self, command: Vendor) -> Value {
        let name = format!("{command:?}");
        self.client.issue_cmd(command).await.unwrap_or_else(|error| panic!("{name} failed: {error}"))
    }
}

async fn connect(driver: &Driver, programs: &Programs) -> Result<Client, NewSessionError> {
    let arguments = [
        "--headless=new".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--disable-gpu".to_owned(),
        "--hide-scrollbars".to_owned(),
        "--no-first-run".to_owned(),
        // The browser itself requests updates and variations from other hosts.
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost".to_owned(),
        "--no-proxy-server".to_owned(),
        // The timers of a page in an invisible window are slow.
        "--disable-background-timer-throttling".to_owned(),
        "--disable-renderer-backgrounding".to_owned(),
        format!("--user-data-dir={}", driver.folder().join("profile").display()),
        format!("--window-size={},{}", WINDOW.0, WINDOW.1),
    ];
    let capabilities = json!({
        "goog:chromeOptions": {
            "args": arguments,
            "binary": programs.browser,
            "perfLoggingPrefs": { "enableNetwork": true, "enablePage": false },
        },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        // A dialog stays open, so that the next command fails.
        "unhandledPromptBehavior": "ignore",
        "timeouts": { "script": 120_000, "pageLoad": 120_000, "implicit": 0 },
    });
    let Value::Object(capabilities) = capabilities else { unreachable!("it is an object") };
    ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&driver.url()).await
}
