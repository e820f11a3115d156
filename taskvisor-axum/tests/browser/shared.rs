//! One browser for all tests of the process: a start takes seconds.

use std::env;
use std::fs;
use std::io::{Write, stderr};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;

use tokio::runtime::{Builder, Runtime};

use crate::session::{Browser, Programs};

/// If it has the value below, missing programs are a failure, as they are in CI.
const VARIABLE: &str = "TASKVISOR_BROWSER";

const REQUIRED: &str = "required";

/// The browser, after the first test that uses it. Tests use it one at a time.
static BROWSER: Mutex<Option<Browser>> = Mutex::new(None);

/// Runs the session with the browser. It outlives every test, because the connection belongs to it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime can be built")
});

/// Runs a test in the browser. Without the programs, it does nothing but say so.
///
/// # Panics
///
/// If the test does, after printing what the page shows, or if the programs are missing and must not be.
pub(crate) fn in_browser(test: impl AsyncFnOnce(&Browser)) {
    let Some(programs) = programs() else { return };
    let mut browser = BROWSER.lock().unwrap_or_else(PoisonError::into_inner);
    RUNTIME.block_on(prepare(&mut browser, &programs));
    let browser = browser.as_ref().expect("it is prepared");
    let tested = catch_unwind(AssertUnwindSafe(|| RUNTIME.block_on(test(browser))));
    if let Err(panic) = tested {
        RUNTIME.block_on(explain(browser));
        resume_unwind(panic);
    }
}

/// The programs, or `None` if the test is skipped.
///
/// # Panics
///
/// If the programs are missing and must not be.
pub(crate) fn programs() -> Option<Programs> {
    match Programs::find() {
        Ok(programs) => Some(programs),
        Err(missing) => {
            let variable = env::var(VARIABLE).unwrap_or_default();
            let may_skip = may_skip(&variable, env::var_os("CI").is_some());
            assert!(may_skip, "`{missing}` is not installed, and `{VARIABLE}={REQUIRED}` or `CI` is set");
            // Not `eprintln`, whose text a test that succeeds does not show.
            let _ = writeln!(stderr(), "SKIPPED: `{missing}` is not installed");
            None
        }
    }
}

fn may_skip(variable: &str, in_ci: bool) -> bool {
    variable != REQUIRED && !in_ci
}

#[test]
fn the_browser_may_be_missing_only_outside_of_ci() {
    assert!(may_skip("", false) && may_skip("optional", false));
    assert!(!may_skip("required", false) && !may_skip("", true) && !may_skip("optional", true));
}

/// Starts the browser for the first test, and after a crash.
async fn prepare(browser: &mut Option<Browser>, programs: &Programs) {
    if let Some(running) = browser {
        if running.reset().await.is_ok() {
            return;
        }
    }
    // Ends the previous one first.
    *browser = None;
    let started = Browser::start(programs).await;
    started.reset().await.expect("a new browser answers");
    *browser = Some(started);
}

/// Prints what the page shows, and saves a picture of it.
async fn explain(browser: &Browser) {
    eprintln!("{}", browser.describe().await);
    let name = thread::current().name().unwrap_or("test").replace("::", "-");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
    match fs::write(&file, browser.whole_picture().await) {
        Ok(()) => eprintln!("-- a picture of it: {}", file.display()),
        Err(error) => eprintln!("-- no picture of it in {}: {error}", file.display()),
    }
}
