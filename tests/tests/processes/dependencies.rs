//! Applications whose tasks depend on each other: a shutdown in waves, and the end of a needed task.

use super::process::Process;

/// The lines of stderr that are errors.
fn errors(stderr: &str) -> Vec<&str> {
    stderr.lines().filter(|line| line.starts_with("error: ")).collect()
}

#[test]
fn dependents_of_a_failed_task_fail_with_its_error() {
    let ended = Process::start("failed_dependency", &[]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "independent: ran\n");
    let db = "failed: fatal: no such host";
    let consume = format!("the task `db`, on which it depends, ended: {db}");
    assert_eq!(
        errors(&ended.stderr),
        [
            "error: task `db` failed after attempt 1: fatal: no such host",
            &format!("error: task `consume` cannot go on: {consume}"),
            &format!(
                "error: task `report` cannot go on: the task `db`, on which it depends through `consume`, ended: {db}"
            ),
        ],
        "{}",
        ended.stderr
    );
}

#[test]
fn dependents_of_a_canceled_task_are_canceled() {
    let ended = Process::start("failed_dependency", &["canceled"]).end();
    ended.expect_code(0);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("independent: ran\n", ""));
}

#[cfg(unix)]
#[test]
fn a_second_signal_stops_all_waves_at_once() {
    let mut process = Process::start("slow_dependent", &[]);
    process.wait_for(&["consume: runs"]);
    process.signal("TERM");
    process.wait_for(&["consume: stop requested"]);
    // The first wave has ten minutes, so that only a second signal reaches the connection.
    process.signal("TERM");
    let ended = process.end();
    ended.expect_code(124);
    assert_eq!(ended.stdout, "consume: runs\nconsume: stop requested\ndb: stop requested\n");
    assert_eq!(
        errors(&ended.stderr),
        ["error: task `consume` did not stop within the grace and was aborted"],
        "{}",
        ended.stderr
    );
}
