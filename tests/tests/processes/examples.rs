//! The other examples: each runs to its end and prints what its documentation promises.

use super::process::{Ended, Process};

fn run(name: &str) -> Ended {
    let ended = Process::start(name, &[]).end();
    ended.expect_code(0);
    ended
}

#[test]
fn quickstart() {
    let ended = run("quickstart");
    ended.expect_stdout("[customer-42] failed attempt=1 ");
    ended.expect_stdout("poll#1 failed attempt=1 ");
    ended.expect_stdout("poll#1 backoff attempt=1 delay=");
    ended.expect_stdout("\n3 orders\n");
    ended.expect_stdout("poll#1 ended canceled by the shutdown\n");
    assert_eq!(ended.stderr, "");
}

#[test]
fn retry_with_backoff() {
    let ended = run("retry_with_backoff");
    ended.expect_stdout("1 completed, 0 canceled, 2 failed, 0 aborted");
    ended.expect_stdout("`configure` failed after attempt 1: fatal: ");
    ended.expect_stdout("`upload` failed after attempt 4: ");
    assert_eq!(ended.stderr, "");
}

#[test]
fn subscriber() {
    let ended = run("subscriber");
    for trouble in ["failed attempt=1", "timed_out attempt=2", "panicked attempt=3"] {
        ended.expect_stdout(&format!("ALERT  report#1 {trouble}"));
    }
    ended.expect_stdout(r#""backoff": 3, "ended": 1, "failed": 1, "panicked": 1, "removed": 1"#);
}

#[test]
fn control() {
    let ended = run("control");
    ended.expect_stdout("refused: a task named `consumer-1` already exists");
    ended.expect_stdout("is consumer-1 alive? false");
    ended.expect_stdout("failing: canceled");
    ended.expect_stdout("  consumer-3 saves its work\n  consumer-2 saves its work\n");
    assert_eq!(ended.stderr, "");
}

#[test]
fn controller() {
    let ended = run("controller");
    ended.expect_stdout("first owns the slot `tenant-42`; waiting: [\"second\", \"third\"]");
    ended.expect_stdout(
        "first: canceled by a replacement\n  second: canceled by a replacement\n  third: completed",
    );
    ended.expect_stdout("third is refused: the slot `tenant-42` is busy");
    ended.expect_stdout("second: rejected: superseded by a later submission\n  third: completed");
    ended.expect_stdout("sync of tenant-7 starts\n  sync of tenant-8 starts");
    assert_eq!(ended.stderr, "");
}

#[test]
fn logging() {
    let ended = run("logging");
    let about_ping = ended.stdout.lines().filter_map(|line| line.split_once("Z ping#1 "));
    let labels: Vec<_> = about_ping.filter_map(|(_, event)| event.split(' ').next()).collect();
    let first = ["added", "started", "failed", "backoff", "started", "timed_out", "backoff"];
    let second = ["started", "succeeded", "ended", "removed"];
    assert_eq!(labels, [&first[..], &second[..]].concat());
    assert_eq!(ended.stdout.lines().count(), labels.len() + 1, "{}", ended.stdout);
    assert!(ended.stdout.ends_with("Z stopped\n"), "{}", ended.stdout);
}

/// Runs until a signal arrives, as a service does.
#[cfg(unix)]
#[test]
fn supervisor() {
    let mut process = Process::start("supervisor", &[]);
    process.wait_for(&["[ping] pong"]);
    process.wait_for(&["[ping] pong"]);
    process.signal("TERM");
    process.end().expect_code(0);
}
