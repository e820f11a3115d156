//! What keeps an application from starting.

use super::process::Process;

const MISDECLARED: &str = include_str!("fixtures/misdeclared.rs");

#[test]
fn all_that_is_wrong_is_told_at_once_and_nothing_runs() {
    let ended = Process::start("misdeclared", &[]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    let sweeps = format!("{}, {}", place("first sweep"), place("second sweep"));
    ended.expect_stderr(&format!("more than one task is named `sweep` ({sweeps})"));
    let cache = place("second cache");
    ended.expect_stderr(&format!("{cache}: a state of type `misdeclared::Cache` is given twice"));
    let needed_by_ping = format!("task `ping` ({})", place("needs a database"));
    ended.expect_stderr(&format!("`State<misdeclared::Database>` is needed by {needed_by_ping}"));
    ended.expect_stderr("`State` shares already, so give the `misdeclared::Database` itself");
    let needed_by_log = format!("subscriber `log` ({})", place("needs a clock"));
    ended.expect_stderr(&format!("`State<misdeclared::Clock>` is needed by {needed_by_log}"));
    ended.expect_stderr("the application does not start: 4 problems in all");
}

#[test]
fn the_process_does_not_end_under_the_destructors_of_its_states() {
    // Which thread drops it last is a race, lost in one of twelve runs without the wait for it.
    for _ in 0..50 {
        let ended = Process::start("slow_state", &[]).end();
        ended.expect_code(0);
        ended.expect_stdout("flushed");
    }
}

#[test]
fn an_error_in_the_set_up_is_told_with_its_cause() {
    let ended = Process::start("failed_setup", &["error"]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    ended.expect_stderr("error: the set-up failed: cannot read the configuration: ");
}

#[test]
fn a_panic_in_the_set_up_fails_it_like_an_error() {
    let ended = Process::start("failed_setup", &["panic"]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    ended.expect_stderr("error: the set-up failed: panicked: no such region");
}

/// The place of a mark in the fixture, as it is told.
fn place(mark: &str) -> String {
    let mark = format!("// mark: {mark}");
    let line = MISDECLARED.lines().position(|line| line.ends_with(&mark)).expect("the mark is there");
    format!("tests/tests/processes/fixtures/misdeclared.rs:{}", line + 1)
}
