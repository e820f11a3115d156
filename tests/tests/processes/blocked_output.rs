//! A stderr or stdout that blocks, is closed or is locked holds up no end of a process.

use std::time::{Duration, Instant};

use super::process::Process;

/// Far less than the fixtures would wait, far more than they need.
const SOON: Duration = Duration::from_secs(20);

/// Runs an application whose stderr nothing reads to its end, with SIGTERM once it says `ready`.
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
fn a_full_stderr_does_not_keep_a_process_whose_task_has_failed() {
    for flavor in ["single", "several"] {
        assert_eq!(end_unread(flavor, &["fills-stderr", "fails"], None), Some(1), "{flavor}");
    }
}

#[test]
fn a_full_stderr_does_not_keep_a_process_whose_set_up_has_failed() {
    for flavor in ["single", "several"] {
        assert_eq!(end_unread(flavor, &["fills-stderr", "setup-fails"], None), Some(1), "{flavor}");
    }
}

#[test]
fn a_body_that_prints_for_ever_to_a_full_stderr_is_stuck_and_ends() {
    for flavor in ["single", "several"] {
        assert_eq!(end_unread(flavor, &["prints"], Some("started")), Some(124), "{flavor}");
    }
}

#[test]
fn a_body_that_locks_stderr_and_blocks_is_stuck_and_ends() {
    for flavor in ["single", "several"] {
        assert_eq!(end_unread(flavor, &["locks-stderr"], Some("started")), Some(124), "{flavor}");
    }
}
