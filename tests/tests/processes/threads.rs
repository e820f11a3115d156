//! A system that makes no more threads.

use std::process::Command;
use std::time::{Duration, Instant};

use super::process::Process;

/// What an application on one thread needs: its own, and those that listen, watch and write.
const NEEDED: u32 = 4;

/// Root alone may start a program as a user who has no other processes.
fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("`id` can be started");
    let is_root = id.stdout == b"0\n";
    if !is_root {
        eprintln!("skipped: only root can limit the threads of a user of its own");
    }
    is_root
}

#[test]
fn a_blocked_process_that_gets_no_more_threads_still_ends_in_time() {
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
fn a_start_without_enough_threads_is_refused_in_words() {
    if !is_root() {
        return;
    }
    for threads in 1..NEEDED {
        let ended =
            Process::start_with_threads(threads, "process_end", &["single", "1s", "1s", "waits"]).end();
        ended.expect_code(1);
        ended.expect_stderr("cannot create a thread: Resource temporarily unavailable");
    }
    // Enough for what ends the process, not for the workers.
    let ended =
        Process::start_with_threads(NEEDED + 1, "process_end", &["several", "1s", "1s", "waits"]).end();
    ended.expect_code(1);
    ended.expect_stderr("error: cannot build the Tokio runtime: ");
}
