//! The exit code and the messages of an application that ends.

use super::process::Process;

#[test]
fn a_failed_declared_task_exits_with_code_1_and_its_error() {
    let ended = Process::start("failed_task", &[]).end();
    ended.expect_code(1);
    ended.expect_stderr("error: task `give_up` failed after attempt 1: fatal: the licence has expired");
    assert!(!ended.stderr.contains("`get_over` failed"), "{}", ended.stderr);
}

#[test]
fn an_error_cannot_forge_a_line_on_stderr() {
    let ended = Process::start("failed_task", &[]).end();
    ended.expect_stderr("the licence has expired\\nerror: the disk is full");
    assert!(!ended.stderr.lines().any(|line| line.starts_with("error: the disk")), "{}", ended.stderr);
}

#[test]
fn without_a_subscriber_every_failure_is_printed_on_stderr() {
    let ended = Process::start("failed_task", &[]).end();
    ended.expect_stdout("got over it after 4 attempts");
    for (event, detail) in [
        ("failed attempt=1", "error=\"connection refused\""),
        ("panicked attempt=2", "index out of bounds"),
        ("timed_out attempt=3", "timeout=50ms"),
    ] {
        let is_printed =
            |line: &str| line.starts_with("get_over#") && line.contains(event) && line.contains(detail);
        assert!(ended.stderr.lines().any(is_printed), "no `{event}` on stderr:\n{}", ended.stderr);
    }
    assert!(!ended.stderr.contains("go_well"), "{}", ended.stderr);
}

#[cfg(unix)]
mod signals {
    use std::time::{Duration, Instant};

    use super::Process;

    /// Far less than the fixtures would wait or block, and far more than they need.
    const SOON: Duration = Duration::from_secs(30);

    #[test]
    fn a_task_that_blocks_the_only_worker_is_reported_in_time() {
        let mut process = Process::start("blocked_worker", &[]);
        process.wait_for(&["grinding"]);
        let requested = Instant::now();
        process.signal("TERM");
        let ended = process.end();
        assert!(requested.elapsed() < SOON, "it took {:?}", requested.elapsed());
        ended.expect_code(124);
        ended.expect_stderr(
            "error: stuck after the grace, still blocking their threads: `grind` (running for ",
        );
    }

    #[test]
    fn a_subscriber_that_blocks_the_only_worker_is_reported_alone() {
        let mut process = Process::start("blocked_subscriber", &[]);
        process.wait_for(&["brooding"]);
        process.signal("TERM");
        let ended = process.end();
        ended.expect_code(124);
        ended.expect_stderr("error: past the grace, subscribers still handle an event: `brood`");
        assert!(!ended.stderr.contains("`wait`"), "{}", ended.stderr);
    }

    #[test]
    fn sighup_kills_an_application_without_overrides() {
        let mut process = Process::start("stubborn_task", &[]);
        process.wait_for(&["staying"]);
        process.signal("HUP");
        let ended = process.end();
        assert_eq!(ended.code, None, "\nstdout:\n{}\nstderr:\n{}", ended.stdout, ended.stderr);
    }

    #[test]
    fn a_task_that_does_not_stop_is_aborted_after_the_grace() {
        let mut process = Process::start("stubborn_task", &[]);
        process.wait_for(&["staying"]);
        let requested = Instant::now();
        process.signal("TERM");
        let ended = process.end();
        assert!(requested.elapsed() >= Duration::from_millis(200), "the grace was {:?}", requested.elapsed());
        ended.expect_code(124);
        ended.expect_stdout("stop requested");
        ended.expect_stderr("error: task `stay` did not stop within the grace and was aborted");
    }

    #[test]
    fn a_second_signal_skips_the_grace() {
        let mut process = Process::start("stubborn_task", &["patient"]);
        process.wait_for(&["staying"]);
        process.signal("INT");
        process.wait_for(&["stop requested"]);
        let requested = Instant::now();
        process.signal("INT");
        let ended = process.end();
        assert!(requested.elapsed() < SOON, "it took {:?}", requested.elapsed());
        ended.expect_code(124);
        ended.expect_stderr("error: task `stay` did not stop within the grace and was aborted");
    }
}

#[test]
fn a_subscriber_that_exceeds_the_drain_gives_code_124() {
    let ended = Process::start("process_end", &["several", "1s", "300ms", "hangs-at-stopped", "ends"]).end();
    ended.expect_code(124);
    ended.expect_stderr("error: subscriber `Sleeps` had not handled all its events when the drain was over");
}

#[test]
fn a_subscriber_to_other_events_does_not_silence_failures() {
    let ended = Process::start("process_end", &["several", "1s", "1s", "hears-stopped", "fails"]).end();
    ended.expect_code(1);
    ended.expect_stdout("stopped");
    ended.expect_stderr("fails#1 failed attempt=1");
    ended.expect_stderr("fails#1 failed attempt=2");
    ended.expect_stderr("fails#1 ended failed: connection refused");
}

#[test]
fn a_fatal_error_after_a_stop_request_gives_code_1() {
    let ended = Process::start("process_end", &["several", "1s", "1s", "fails-fatally-after-stop"]).end();
    ended.expect_code(1);
    ended.expect_stderr("error: task `fails` failed while it was stopping: fatal: the licence has expired");
}
