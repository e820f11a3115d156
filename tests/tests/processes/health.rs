//! The health of an application: during the delay of a shutdown, and while a critical task blocks its thread.

use std::time::{Duration, Instant};

use super::process::Process;

#[test]
fn sigterm_makes_it_unready_before_tasks_are_stopped() {
    let mut process = Process::start("health", &["serves"]);
    process.wait_for(&["health: ready"]);
    let requested = Instant::now();
    process.signal("TERM");
    process.wait_for(&["health: not ready: shutting down"]);
    process.wait_for(&["poll: stopped"]);
    assert!(requested.elapsed() >= Duration::from_millis(500), "it took {:?}", requested.elapsed());
    process.end().expect_code(0);
}

#[test]
fn a_second_sigterm_ends_the_delay() {
    let mut process = Process::start("health", &["waits"]);
    process.wait_for(&["health: ready"]);
    let requested = Instant::now();
    process.signal("TERM");
    process.wait_for(&["health: not ready: shutting down"]);
    process.signal("TERM");
    process.wait_for(&["poll: stopped"]);
    process.end();
    assert!(requested.elapsed() < Duration::from_secs(50), "it took {:?}", requested.elapsed());
}

#[test]
fn a_critical_task_that_blocks_without_a_heartbeat_is_not_live() {
    let mut process = Process::start("health", &["stalls"]);
    process.wait_for(&["health: ready"]);
    process.wait_for(&["health: not live: `poll` has stalled"]);
    // It returns to the runtime.
    process.wait_for(&["health: ready"]);
    process.signal("TERM");
    process.end().expect_code(0);
}

#[test]
fn a_critical_task_that_blocks_past_its_deadline_is_not_live() {
    let mut process = Process::start("health", &["ignores"]);
    process.wait_for(&["health: not live: `poll` is stuck"]);
    process.wait_for(&["poll: stopped"]);
    process.wait_for(&["health: not ready: `poll` is paused"]);
    process.signal("TERM");
    process.end().expect_code(0);
}
