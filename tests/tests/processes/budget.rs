//! The longest time that a shutdown takes: grace, drain and the documented margins, in every combination. Each of them is
//! spent at most once.

use std::time::{Duration, Instant};

use super::process::{Ended, Process};

/// Grace and drain of the fixtures. The drain is long, so that a drain spent twice is visible on a busy machine.
const GRACE: &str = "500ms";
const DRAIN: &str = "4s";
const ONCE: Duration = Duration::from_millis(500 + 4000 + 700);
/// The limit of the contract, and two seconds for a busy machine. Less than with a drain that is spent twice.
const LIMIT: Duration = Duration::from_millis(500 + 4000 + 900 + 2000);
/// Less than the drain.
const NO_DRAIN: Duration = Duration::from_secs(4);

/// Runs an application until it has printed each of `ready`, then sends SIGTERM. Returns its result and the duration of the shutdown.
fn terminate(flavor: &str, ingredients: &[&str], ready: &[&str]) -> (Ended, Duration) {
    let arguments = [&[flavor, GRACE, DRAIN], ingredients].concat();
    let mut process = Process::start("process_end", &arguments);
    process.wait_for_each(ready);
    process.signal("TERM");
    let requested = Instant::now();
    let ended = process.end();
    (ended, requested.elapsed())
}

#[test]
fn the_drain_is_spent_once_by_subscribers_and_states() {
    let ingredients = ["ignores", "hangs-at-stopped", "leaks-spawned"];
    let (ended, took) = terminate("several", &ingredients, &["started", "leaked"]);
    ended.expect_code(124);
    assert!(took < LIMIT, "it took {took:?}, {}", ended.stderr);
    assert!(took >= ONCE - Duration::from_millis(700), "it took {took:?}");
}

#[test]
fn a_blocked_thread_and_a_slow_subscriber_share_one_budget() {
    for flavor in ["single", "several"] {
        let (ended, took) = terminate(flavor, &["blocks", "sleeps-at-request"], &["started"]);
        ended.expect_code(124);
        ended.expect_stderr("`blocks`");
        assert!(took < LIMIT, "{flavor}: it took {took:?}, {}", ended.stderr);
    }
}

#[test]
fn a_blocked_thread_costs_no_drain_once_subscribers_are_done() {
    for flavor in ["single", "several"] {
        let (ended, took) = terminate(flavor, &["blocks"], &["started"]);
        ended.expect_code(124);
        ended.expect_stderr("`blocks` (running for ");
        assert!(took < NO_DRAIN, "{flavor}: it took {took:?}, {}", ended.stderr);
    }
}

#[test]
fn a_context_held_by_a_spawned_task_costs_no_drain() {
    for flavor in ["single", "several"] {
        let (ended, took) = terminate(flavor, &["waits", "leaks-spawned"], &["started", "leaked"]);
        ended.expect_code(0);
        assert_eq!(ended.stderr, "");
        assert!(took < NO_DRAIN, "{flavor}: it took {took:?}");
    }
}

#[test]
fn a_leaked_context_is_reported_with_the_states_it_keeps() {
    let (ended, took) =
        terminate("several", &["waits", "state-with-thread", "leaks-for-ever"], &["started", "leaked"]);
    ended.expect_code(0);
    ended.expect_stderr("process_end::Joins");
    assert!(!ended.stdout.contains("joining"), "the leaked context keeps the state: {}", ended.stdout);
    assert!(took < LIMIT, "it took {took:?}");
}

mod late_block {
    use super::*;

    /// The body blocks for much longer.
    const SOON: Duration = Duration::from_secs(10);

    fn end(how: &str) -> (String, Duration) {
        let mut process = Process::start("late_block", &[how]);
        process.wait_for(&["started"]);
        if how == "run" {
            process.signal("TERM");
        }
        let requested = Instant::now();
        let ended = process.end();
        ended.expect_code(0);
        (ended.stdout, requested.elapsed())
    }

    #[test]
    fn a_run_ends_even_if_no_runtime_timer_fires() {
        let (printed, took) = end("run");
        assert!(took < SOON, "it took {took:?}");
        assert!(printed.contains("stuck: [StuckTask { name: \"flush\""), "{printed}");
    }

    #[test]
    fn a_shutdown_ends_even_if_no_runtime_timer_fires() {
        let (printed, took) = end("shutdown");
        assert!(took < SOON, "it took {took:?}");
        assert!(printed.contains("stuck: [StuckTask { name: \"flush\""), "{printed}");
    }

    #[test]
    fn a_cancel_ends_even_if_no_runtime_timer_fires() {
        let (printed, took) = end("cancel");
        assert!(took < SOON, "it took {took:?}");
        assert!(printed.contains("Ok(true) Aborted Stuck { attempt: 1 }"), "{printed}");
    }

    #[test]
    fn a_destructor_that_blocks_after_the_grace_delays_no_cancel() {
        let (printed, took) = end("destructor");
        assert!(took < SOON, "it took {took:?}");
        assert!(printed.contains("Ok(true) Aborted"), "{printed}");
    }
}
