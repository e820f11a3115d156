//! How long the end of a process takes at most: grace, drain and the documented margins, in every combination, and each
//! of them once.

use std::time::{Duration, Instant};

use super::process::{Ended, Process};

/// Grace and drain of the fixtures. The drain is long enough that one that is spent twice is seen on a busy machine.
const GRACE: &str = "500ms";
const DRAIN: &str = "4s";
const ONCE: Duration = Duration::from_millis(500 + 4000 + 700);
const TWICE: Duration = Duration::from_millis(500 + 4000 + 4000);
/// Less than the drain.
const NO_DRAIN: Duration = Duration::from_secs(4);

/// Runs an application until it says `ready`, then sends SIGTERM; returns how it ended, and after how long.
fn terminate(flavor: &str, ingredients: &[&str], ready: &str) -> (Ended, Duration) {
    let arguments = [&[flavor, GRACE, DRAIN], ingredients].concat();
    let mut process = Process::start("process_end", &arguments);
    process.wait_for(&[ready]);
    process.signal("TERM");
    let requested = Instant::now();
    let ended = process.end();
    (ended, requested.elapsed())
}

#[test]
fn the_drain_is_spent_once_by_subscribers_and_states() {
    let ingredients = ["ignores", "hangs-at-stopped", "leaks-spawned"];
    let (ended, took) = terminate("several", &ingredients, "started");
    ended.expect_code(124);
    assert!(took < TWICE, "it took {took:?}, {}", ended.stderr);
    assert!(took >= ONCE - Duration::from_millis(700), "it took {took:?}");
}

#[test]
fn a_blocked_thread_and_a_sleeping_subscriber_end_within_one_budget() {
    for flavor in ["single", "several"] {
        let (ended, took) = terminate(flavor, &["blocks", "sleeps-at-request"], "started");
        ended.expect_code(124);
        ended.expect_stderr("`blocks`");
        assert!(took < TWICE, "{flavor}: it took {took:?}, {}", ended.stderr);
    }
}

#[test]
fn a_blocked_thread_costs_no_drain_if_no_subscriber_has_anything_left() {
    for flavor in ["single", "several"] {
        let (ended, took) = terminate(flavor, &["blocks"], "started");
        ended.expect_code(124);
        ended.expect_stderr("`blocks` (running for ");
        assert!(took < NO_DRAIN, "{flavor}: it took {took:?}, {}", ended.stderr);
    }
}

#[test]
fn a_context_that_a_spawned_task_keeps_costs_no_drain() {
    for flavor in ["single", "several"] {
        let (ended, took) = terminate(flavor, &["waits", "leaks-spawned"], "started");
        ended.expect_code(0);
        assert_eq!(ended.stderr, "");
        assert!(took < NO_DRAIN, "{flavor}: it took {took:?}");
    }
}

#[test]
fn a_context_that_is_kept_for_ever_is_named_with_the_states_it_keeps() {
    let (ended, took) = terminate("several", &["waits", "state-with-thread", "leaks-for-ever"], "started");
    ended.expect_code(0);
    ended.expect_stderr("process_end::Joins");
    assert!(!ended.stdout.contains("joining"), "it is kept: {}", ended.stdout);
    assert!(took < TWICE, "it took {took:?}");
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
    fn a_run_ends_although_no_timer_of_the_runtime_fires() {
        let (printed, took) = end("run");
        assert!(took < SOON, "it took {took:?}");
        assert!(printed.contains("stuck: [StuckTask { name: \"flush\""), "{printed}");
    }

    #[test]
    fn a_shutdown_ends_although_no_timer_of_the_runtime_fires() {
        let (printed, took) = end("shutdown");
        assert!(took < SOON, "it took {took:?}");
        assert!(printed.contains("stuck: [StuckTask { name: \"flush\""), "{printed}");
    }

    #[test]
    fn a_cancel_ends_although_no_timer_of_the_runtime_fires() {
        let (printed, took) = end("cancel");
        assert!(took < SOON, "it took {took:?}");
        assert!(printed.contains("Ok(true) Aborted Stuck { attempt: 1 }"), "{printed}");
    }

    #[test]
    fn a_destructor_that_blocks_at_the_grace_holds_up_no_cancel() {
        let (printed, took) = end("destructor");
        assert!(took < SOON, "it took {took:?}");
        assert!(printed.contains("Ok(true) Aborted"), "{printed}");
    }
}
