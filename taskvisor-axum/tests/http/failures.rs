//! An application that fails beside its dashboard, as a process of its own.

use std::env;
use std::process::Command;

use taskvisor::{App, TaskContext, TaskError, TaskFn, TaskSpec};
use taskvisor_axum::Dashboard;

/// Set in the process that runs the application.
const RUNS_APPLICATION: &str = "TEST_RUNS_FAILING_APPLICATION";

#[taskvisor::main]
async fn application(app: &mut App) {
    let feed = TaskFn::arc("feed", |_: TaskContext| async { Err(TaskError::fatal("no such host")) });
    Dashboard::new().install(app).task(TaskSpec::once(feed));
}

#[test]
fn failures_stay_on_stderr_beside_a_dashboard() {
    if env::var_os(RUNS_APPLICATION).is_some() {
        // The parent judges what it prints.
        let _ = application();
        return;
    }
    let mut process = Command::new(env::current_exe().expect("it has a path"));
    process.args(["--exact", "failures::failures_stay_on_stderr_beside_a_dashboard"]);
    let ended = process.env(RUNS_APPLICATION, "1").output().expect("it starts");
    let stderr = String::from_utf8_lossy(&ended.stderr);
    let is_printed = stderr.lines().any(|line| line.contains("feed#") && line.contains("no such host"));
    assert!(is_printed, "{stderr}");
}
