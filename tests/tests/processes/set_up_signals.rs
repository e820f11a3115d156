//! Signals that arrive while the setup runs.

use std::time::{Duration, Instant};

use super::process::Process;

const SOON: Duration = Duration::from_secs(20);

#[test]
fn a_signal_drops_a_waiting_setup_and_sets_the_exit_code() {
    for flavor in ["single", "several"] {
        for (signal, code) in [("TERM", 143), ("INT", 130)] {
            let mut process = Process::start("process_end", &[flavor, "10m", "1s", "setup-waits"]);
            process.wait_for(&["setting up"]);
            process.signal(signal);
            let ended = process.end();
            ended.expect_code(code);
            ended.expect_stdout("dropped");
            ended.expect_stderr(&format!("stopped by SIG{signal} during the setup"));
        }
    }
}

#[test]
fn a_setup_that_blocks_its_thread_is_ended_after_the_grace() {
    let mut process = Process::start("set_up_blocks", &[]);
    process.wait_for(&["setting up"]);
    process.signal("TERM");
    let ended = process.end();
    ended.expect_code(143);
    ended.expect_stderr("error: SIGTERM during the setup, which still blocks its thread after the grace");
}

#[test]
fn a_second_signal_ends_a_blocking_setup_at_once() {
    // The grace is still the default, because the setup has not returned.
    let mut process = Process::start("process_end", &["several", "10m", "1s", "setup-blocks"]);
    process.wait_for(&["setting up"]);
    process.signal("INT");
    std::thread::sleep(Duration::from_millis(200));
    process.signal("INT");
    let requested = Instant::now();
    let ended = process.end();
    assert!(requested.elapsed() < SOON, "it took {:?}", requested.elapsed());
    ended.expect_code(130);
    ended.expect_stderr("SIGINT");
}

/// As in a container: the first process of a namespace gets no default action for any signal.
#[cfg(target_os = "linux")]
#[test]
fn the_first_process_of_a_container_handles_signals_in_setup() {
    let Some(mut process) = Process::start_as_first("process_end", &["single", "10m", "1s", "setup-waits"])
    else {
        eprintln!("skipped: this user may not create a namespace");
        return;
    };
    process.wait_for(&["setting up"]);
    process.signal_children("TERM");
    let ended = process.end();
    ended.expect_code(143);
    ended.expect_stdout("dropped");
}
