//! An owner keeps its slot until its end, also between its attempts.

use taskvisor::{Phase, StopCause};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn an_owner_keeps_its_slot_while_it_waits_for_its_next_attempt() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(seconds(10)).max_retries(2);
    let task = Script::task("owner", [Step::Fail("no"), Step::Fail("no"), Step::Succeed]);
    let retrying = harness.submit_to(SLOT, Queue, rules, task);
    let next = submit(&harness, Queue, one_attempt("next"));
    for attempt in 1..=2 {
        sleep(seconds(5)).await;
        assert!(
            matches!(retrying.status().phase, Phase::Sleeping { attempt: slept, .. } if slept == attempt)
        );
        assert_eq!(owner(&harness).as_deref(), Some("owner"));
        assert_eq!(waiting(&harness), ["next"]);
        assert!(is_busy(&refused(&harness, DropIfRunning, one_attempt("dropped"))));
        sleep(seconds(5)).await;
    }
    assert!(outcome_of(&next).await.is_completed());
    assert!(outcome_of(&retrying).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_owner_out_of_retries_passes_its_slot_on() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(SECOND).max_retries(2);
    let retrying = harness.submit_to(SLOT, Queue, rules, Script::task("owner", [Step::Fail("no")]));
    let next = submit(&harness, Queue, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    assert!(outcome_of(&retrying).await.is_failed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&retrying).len(), 3);
    assert_eq!(event_log.of(&next), RAN_LATER);
}

#[tokio::test(start_paused = true)]
async fn an_always_owner_keeps_its_slot_until_it_is_replaced() {
    let harness = Harness::new();
    let rules = Rules::always().delay(seconds(10));
    let repeating = harness.submit_to(SLOT, Queue, rules, one_attempt("owner"));
    let queued = submit(&harness, Queue, one_attempt("queued"));
    sleep(seconds(35)).await;
    assert_eq!(repeating.status().attempt, 4);
    assert_eq!(owner(&harness).as_deref(), Some("owner"));
    let replacement = submit(&harness, Replace, one_attempt("replacement"));
    assert!(outcome_of(&queued).await.is_completed());
    assert!(is_canceled(&outcome_of(&repeating).await, StopCause::Replace));
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&replacement), [seconds(35)], "a stop request ends the wait at once");
}

#[tokio::test(start_paused = true)]
async fn an_owner_replaced_in_its_backoff_ends_with_its_last_error() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(seconds(3_600));
    let retrying = harness.submit_to(SLOT, Queue, rules, Script::task("owner", [Step::Fail("broken")]));
    sleep(SECOND).await;
    let next = submit(&harness, Replace, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    let outcome = outcome_of(&retrying).await;
    assert!(is_canceled(&outcome, StopCause::Replace));
    assert_eq!(outcome.failure().map(ToString::to_string).as_deref(), Some("broken"));
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&next), [SECOND]);
}
