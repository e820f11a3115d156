//! Tests of the recorder: it detects attempts that exceed the limits of their declaration.

use std::time::Duration;

use taskvisor::{Event, EventKind, RateLimit};
use tokio::time::Instant;

use crate::limits::check_limits;
use crate::{EventLog, Rules};

const SECOND: Duration = Duration::from_secs(1);
const START: EventKind = EventKind::started(1);
const END: EventKind = EventKind::succeeded(1, SECOND);

/// Checks events, each at a number of seconds. Those of a name belong to different tasks.
fn check(rules: Rules, events: &[(&'static str, u32, EventKind)]) -> Result<(), String> {
    let began = Instant::now();
    let numbered = (1..).zip(events).map(|(seq, (name, seconds, kind))| {
        let mut event = Event::new(kind.clone()).with_task(*name);
        (event.seq, event.at) = (seq, began + *seconds * SECOND);
        event
    });
    check_limits(&EventLog::new(began, numbered.collect()), |_| Some(rules))
}

fn assert_violation(result: Result<(), String>, part: &str) {
    let violation = result.expect_err("the events break the invariant");
    assert!(violation.contains(part), "{violation}");
}

#[test]
fn more_attempts_at_once_than_permits_are_found() {
    let rules = Rules::never().max_concurrent(2);
    let events = [("work", 0, START), ("work", 0, START), ("work", 0, START)];
    assert_violation(check(rules, &events), "number 3 at once");
    let events = [("work", 0, START), ("work", 0, START), ("work", 1, END), ("work", 1, START)];
    assert_eq!(check(rules, &events), Ok(()));
    let events = [("work", 0, START), ("work", 0, START), ("other", 0, START)];
    assert_eq!(check(rules, &events), Ok(()));
}

#[test]
fn attempts_that_begin_too_early_are_found() {
    let rules = Rules::never().rate_limit(RateLimit::new(2, 20 * SECOND).with_burst(2));
    let early = [("work", 0, START), ("work", 0, START), ("work", 9, START)];
    assert_violation(check(rules, &early), "began 11s too early for `2/20s, burst 2`");
    let in_time = [("work", 0, START), ("work", 0, START), ("work", 10, START), ("work", 20, START)];
    assert_eq!(check(rules, &in_time), Ok(()));
    let after_a_quiet_time = [("work", 0, START), ("work", 100, START), ("work", 100, START)];
    assert_eq!(check(rules, &after_a_quiet_time), Ok(()));
}
