//! A system that refuses to create more threads.

use std::process::Command;
use std::time::{Duration, Instant};

use super::process::Process;

/// The threads of a single-threaded application: its own, the signal listener, the watchdog and the stderr writer.
const NEEDED: u32 = 4;

/// Only root may start a program under another user id.
fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("`id` can be started");
    let is_root = id.stdout == b"0\n";
    if !is_root {
        eprintln!("skipped: only root can limit the threads of a user of its own");
    }
    is_root
}

#[test]
fn a_blocked_process_out_of_threads_still_ends_in_time() {
    if !is_root() {
        return;
    }
    let arguments = ["single", "500ms", "1s", "blocks"];
    let mut process = Process::start_with_threads(NEEDED, "process_end", &arguments);
    process.wait_for(&["started"]);
    process.signal("TERM");
    let requested = Instant::now();
    let ended = process.end();
    assert!(requested.elapsed() < Duration::from_secs(20), "it took {:?}", requested.elapsed());
    ended.expect_code(124);
    ended.expect_stderr("`blocks` (running for ");
}

#[test]
fn a_start_without_enough_threads_reports_an_error() {
    if !is_root() {
        return;
    }
    for threads in 1..NEEDED {
        let ended =
            Process::start_with_threads(threads, "process_end", &["single", "1s", "1s", "waits"]).end();
        ended.expect_code(1);
        ended.expect_stderr("cannot create a thread: Resource temporarily unavailable");
    }
    // Enough for the threads that end the process, but not for the workers.
    let ended =
        Process::start_with_threads(NEEDED + 1, "process_end", &["several", "1s", "1s", "waits"]).end();
    ended.expect_code(1);
    ended.expect_stderr("error: cannot build the Tokio runtime: ");
}
