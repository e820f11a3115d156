//! States whose destructors wait for ever.

use std::time::{Duration, Instant};

use super::process::Process;

#[test]
fn a_state_whose_drop_joins_an_endless_thread_is_reported() {
    expect_named("several", "state-with-thread", "joining", "process_end::Joins");
    expect_named("single", "state-with-thread", "joining", "process_end::Joins");
}

#[test]
fn a_state_whose_drop_awaits_its_own_thread_is_reported() {
    expect_named("single", "state-with-task", "requesting", "process_end::Requests");
}

#[test]
fn a_signal_during_such_a_destructor_changes_nothing() {
    let mut process = Process::start("process_end", &["several", "1s", "2s", "waits", "state-with-thread"]);
    process.wait_for(&["started"]);
    process.signal("TERM");
    process.wait_for(&["joining"]);
    process.signal("TERM");
    let ended = process.end();
    ended.expect_code(124);
    ended.expect_stderr("process_end::Joins");
}

fn expect_named(flavor: &str, ingredient: &str, begins: &str, named: &str) {
    let mut process = Process::start("process_end", &[flavor, "1s", "1s", "waits", ingredient]);
    process.wait_for(&["started"]);
    process.signal("TERM");
    let requested = Instant::now();
    process.wait_for(&[begins]);
    let ended = process.end();
    ended.expect_code(124);
    let reason = format!("error: past the drain, the state `{named}` is still being dropped");
    ended.expect_stderr(&reason);
    assert!(requested.elapsed() < Duration::from_secs(20), "it took {:?}", requested.elapsed());
}

/// Only an abort ends the process here, because a second exit would wait for the first.
#[test]
fn a_process_ends_even_if_a_thread_local_blocks_its_exit() {
    let mut process = Process::start("set_up_blocks", &["exit"]);
    process.wait_for(&["exiting"]);
    let ended = process.end();
    assert_eq!(ended.code, None, "a signal has ended it");
    ended.expect_stderr("error: the process does not exit");
}
