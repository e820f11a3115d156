//! Applications with jobs.

use super::process::Process;

const LISTED: &str = include_str!("fixtures/jobs_listed.rs");
const ALONE: &str = include_str!("fixtures/jobs_only.rs");

#[cfg(unix)]
#[test]
fn an_application_with_only_jobs_runs_until_a_signal() {
    let mut process = Process::start("jobs_only", &[]);
    process.wait_for(&["waiting"]);
    process.signal("TERM");
    let ended = process.end();
    ended.expect_code(0);
    assert_eq!(ended.stdout, "waiting\n");
    assert_eq!(ended.stderr, "");
}

#[test]
fn the_states_of_jobs_are_checked_before_the_start() {
    let ended = Process::start("jobs_only", &["missing"]).end();
    ended.expect_code(1);
    let place = place("jobs_only", ALONE, "#[job(");
    ended.expect_stderr(&format!("{place}: `State<Database>` is needed by job `sync` ({place})"));
}

#[test]
fn jobs_are_listed_and_the_limits_of_the_setup_apply() {
    let ended = Process::start("jobs_listed", &[]).end();
    ended.expect_code(0);
    let place = place("jobs_listed", LISTED, "#[job(");
    ended.expect_stdout(&format!("sync (tenant: u64, _revision: Option<u32>) at {place}\n"));
    ended.expect_stdout("refused: too many submissions wait for the slot `tenant-007`");
    ended.expect_stdout("sync synced 7, sync synced 7\n");
}

/// Returns the location of `text` in a fixture, in the format of the messages.
fn place(fixture: &str, source: &str, text: &str) -> String {
    let line = source.lines().position(|line| line.starts_with(text)).expect("it is there") + 1;
    format!("tests/tests/processes/fixtures/{fixture}.rs:{line}")
}
