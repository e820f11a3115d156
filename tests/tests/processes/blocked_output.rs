//! A process ends in time even if its stderr or stdout blocks, is closed or is locked.

use std::time::{Duration, Instant};

use super::process::Process;

/// Far less than the fixtures would wait, and far more than they need.
const SOON: Duration = Duration::from_secs(20);

/// Runs an application to its end without reading its stderr. Sends SIGTERM once the application prints `ready`.
fn end_unread(flavor: &str, ingredients: &[&str], ready: Option<&str>) -> Option<i32> {
    let arguments = [&[flavor, "500ms", "1s"], ingredients].concat();
    let mut process = Process::start_unread("process_end", &arguments);
    if let Some(ready) = ready {
        process.wait_for(&[ready]);
        process.signal("TERM");
    }
    let since = Instant::now();
    let ended = process.end();
    assert!(since.elapsed() < SOON, "{flavor} {ingredients:?}: it took {:?}", since.elapsed());
    ended.code
}

#[test]
fn a_full_stderr_does_not_delay_the_exit_after_a_failed_task() {
    for flavor in ["single", "several"] {
        assert_eq!(end_unread(flavor, &["fills-stderr", "fails"], None), Some(1), "{flavor}");
    }
}

#[test]
fn a_full_stderr_does_not_delay_the_exit_after_a_failed_setup() {
    for flavor in ["single", "several"] {
        assert_eq!(end_unread(flavor, &["fills-stderr", "setup-fails"], None), Some(1), "{flavor}");
    }
}

#[test]
fn a_body_that_prints_to_a_full_stderr_is_reported_as_stuck() {
    for flavor in ["single", "several"] {
        assert_eq!(end_unread(flavor, &["prints"], Some("started")), Some(124), "{flavor}");
    }
}

#[test]
fn a_body_that_blocks_with_stderr_locked_is_reported_as_stuck() {
    for flavor in ["single", "several"] {
        assert_eq!(end_unread(flavor, &["locks-stderr"], Some("started")), Some(124), "{flavor}");
    }
}
