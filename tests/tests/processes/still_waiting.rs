//! The lines on stderr about a start or a shutdown that takes long.

use super::process::{Process, Stream};

/// Waits for the line with this beginning on stderr.
fn line(process: &mut Process, beginning: &str) -> String {
    process.wait_for_on(Stream::Stderr, &[beginning])
}

/// The source line of the attribute of a task.
fn place(fixture: &str, source: &str, function: &str) -> String {
    let function = format!("async fn {function}(");
    let line = source.lines().position(|line| line.starts_with(&function)).expect("it is there");
    format!("tests/tests/processes/fixtures/{fixture}.rs:{line}")
}

/// Stops a program, and compares what it says after half of its grace of 4 s.
fn expect_slow_stop(mut process: Process, location: &str, task: &str, waiting: &str) {
    process.wait_for(&[&format!("{task}: runs")]);
    process.signal("TERM");
    let said = line(&mut process, "still stopping");
    // It has run for 0.4 s when it says so, and the signal may come late on a busy machine.
    let expected = ["2s", "3s"].map(|time| {
        format!("still stopping after 2s: `{task}` ({location}) runs for {time}; waiting for it: {waiting}")
    });
    assert!(expected.contains(&said), "{said}");
    let ended = process.end();
    ended.expect_code(0);
    ended.expect_stdout(&format!("{task}: ends"));
    assert!(!ended.stderr.contains("error: "), "{}", ended.stderr);
}

#[test]
fn a_refused_connection_is_the_root_of_a_slow_start() {
    let mut process = Process::start("unready_connection", &[]);
    assert_eq!(
        line(&mut process, "still starting"),
        "still starting after 10s: `db` is not ready (attempt 4, last: no route to host); waiting for it: `consume`, `report`"
    );
    process.signal("TERM");
    process.end().expect_code(0);
}

#[test]
fn a_slow_flush_holds_up_its_connection() {
    let location = place("slow_flush", include_str!("fixtures/slow_flush.rs"), "flush");
    expect_slow_stop(Process::start("slow_flush", &[]), &location, "flush", "`db`");
}

#[test]
fn a_slow_migration_and_a_slow_report_name_what_waits() {
    let mut process = Process::start("slow_migration", &[]);
    assert_eq!(
        line(&mut process, "still starting"),
        "still starting after 10s: `migrate` is not ready (attempt 1); waiting for it: `db`, `consume`, `report`"
    );
    let location = place("slow_migration", include_str!("fixtures/slow_migration.rs"), "report");
    expect_slow_stop(process, &location, "report", "`consume`, `db`");
}
