//! Applications that log with `tracing`.

use super::process::Process;

#[test]
fn what_tracing_writes_is_not_on_stderr_too() {
    let ended = Process::start("traced_failure", &["installed"]).end();
    ended.expect_code(1);
    ended.expect_stdout("INFO task{name=\"poll\" id=1 attempt=1}: traced_failure: in the body\n");
    ended.expect_stdout("WARN taskvisor::task: failed task=\"poll\" id=1 attempt=1 error=\"no answer\" ");
    ended.expect_stdout(
        "WARN taskvisor::task: ended task=\"poll\" id=1 outcome=\"failed\" error=\"no answer\"\n",
    );
    assert_eq!(ended.stderr, "error: task `poll` failed after attempt 1: no answer\n");
}

#[test]
fn failures_are_on_stderr_if_tracing_writes_nothing() {
    let ended = Process::start("traced_failure", &[]).end();
    ended.expect_code(1);
    assert_eq!(ended.stdout, "");
    ended.expect_stderr("poll#1 failed attempt=1 ");
    ended.expect_stderr("error=\"no answer\"\n");
}
