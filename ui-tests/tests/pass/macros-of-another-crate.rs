//! Declared by macros of a crate that brings the runtime along.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use ui_tests_reexport::{greeting_job, runtime, supervised};

static RUNS: AtomicU32 = AtomicU32::new(0);

async fn ran() {
    tokio::task::yield_now().await;
    RUNS.fetch_add(1, Ordering::SeqCst);
}

supervised! {
    first(context) {
        assert_eq!(context.name(), "first");
        ran().await;
    }
}

mod inner {
    ui_tests_reexport::supervised!(r#loop(_context) { super::ran().await });
}

greeting_job!();

#[runtime::task(crate = ::ui_tests_reexport::runtime, restart = "never")]
async fn submits(supervisor: runtime::SupervisorHandle) -> Result<(), runtime::TaskError> {
    assert_eq!(supervisor.submit(greet { name: "ab", times: 2 })?.await?, "abab");
    Ok(())
}

#[runtime::main(crate = ::ui_tests_reexport::runtime)]
async fn start() {
    tokio::task::yield_now().await;
}

fn main() -> ExitCode {
    let code = start();
    assert_eq!(RUNS.load(Ordering::SeqCst), 2);
    code
}
