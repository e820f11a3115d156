//! Several admissions on one slot.

use taskvisor::{EventName, Outcome, Rejection, StopCause, TaskHandle};
use tests::{EventLog, Harness, Rules, Script, Step};

use crate::support::*;

/// The names of the tasks that ran, in the order of their starts.
fn order(event_log: &EventLog) -> Vec<&str> {
    let started = event_log.events().iter().filter(|event| event.kind.name() == EventName::Started);
    started.filter_map(|event| event.task()).collect()
}

async fn end(tasks: &[&TaskHandle]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(outcome_of(task).await);
    }
    outcomes
}

#[tokio::test(start_paused = true)]
async fn a_replace_goes_before_the_queued_which_keep_their_order() {
    let (harness, owner) = owned_slot(cooperative("owner")).await;
    let queued = ["one", "two", "three"].map(|name| submit(&harness, Queue, one_attempt(name)));
    let replacement = submit(&harness, Replace, one_attempt("replacement"));
    assert_eq!(waiting(&harness), ["replacement", "one", "two", "three"]);
    end(&[&owner, &replacement, &queued[0], &queued[1], &queued[2]]).await;
    let event_log = harness.finish().await;
    assert_eq!(order(&event_log), ["owner", "replacement", "one", "two", "three"]);
}

#[tokio::test(start_paused = true)]
async fn a_latest_goes_behind_all_that_queue_and_a_queue_behind_it() {
    let (harness, _) = owned_slot(working("owner")).await;
    submit(&harness, Queue, one_attempt("one"));
    submit(&harness, Latest, one_attempt("latest"));
    let last = submit(&harness, Queue, one_attempt("two"));
    assert_eq!(waiting(&harness), ["one", "latest", "two"]);
    outcome_of(&last).await;
    let event_log = harness.finish().await;
    assert_eq!(order(&event_log), ["owner", "one", "latest", "two"]);
}

#[tokio::test(start_paused = true)]
async fn a_later_latest_does_not_inherit_the_place_of_the_older() {
    let (harness, _) = owned_slot(working("owner")).await;
    let older = submit(&harness, Latest, one_attempt("older"));
    submit(&harness, Queue, one_attempt("queued"));
    let later = submit(&harness, Latest, one_attempt("later"));
    assert_eq!(waiting(&harness), ["queued", "later"]);
    assert!(is_rejected(&outcome_of(&older).await, Rejection::Superseded));
    outcome_of(&later).await;
    let event_log = harness.finish().await;
    assert_eq!(order(&event_log), ["owner", "queued", "later"]);
}

#[tokio::test(start_paused = true)]
async fn a_replace_a_latest_and_a_queue_wait_side_by_side() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    let latest = submit(&harness, Latest, one_attempt("latest"));
    let queued = submit(&harness, Queue, one_attempt("queued"));
    let replacement = submit(&harness, Replace, one_attempt("replacement"));
    assert!(is_busy(&refused(&harness, DropIfRunning, one_attempt("dropped"))));
    assert_eq!(waiting(&harness), ["replacement", "latest", "queued"]);
    let outcomes = end(&[&owner, &replacement, &latest, &queued]).await;
    assert!(is_canceled(&outcomes[0], StopCause::Replace));
    assert!(outcomes[1..].iter().all(Outcome::is_completed), "{outcomes:?}");
    let event_log = harness.finish().await;
    assert_eq!(order(&event_log), ["owner", "replacement", "latest", "queued"]);
}

#[tokio::test(start_paused = true)]
async fn a_replacement_that_runs_is_itself_replaced() {
    let (harness, first) = owned_slot(slow_to_stop("first")).await;
    let second = submit(&harness, Replace, cooperative("second"));
    harness.reach(&second, 1).await;
    let third = submit(&harness, Replace, one_attempt("third"));
    let outcomes = end(&[&first, &second, &third]).await;
    assert!(outcomes[2].is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&first), REPLACED);
    assert_eq!(
        event_log.of(&second),
        [
            "added",
            "queued",
            "admitted",
            "started 1",
            "canceled 1",
            "ended canceled by a replacement",
            "removed"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_submission_replaced_before_its_first_poll_makes_no_attempt() {
    let harness = Harness::new();
    let first = submit(&harness, Queue, cooperative("first"));
    let second = submit(&harness, Replace, one_attempt("second"));
    assert!(outcome_of(&second).await.is_completed());
    assert!(is_canceled(&outcome_of(&first).await, StopCause::Replace));
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&first), ["added", "ended canceled by a replacement", "removed"]);
}

#[tokio::test(start_paused = true)]
async fn a_replaced_owner_that_completes_is_canceled() {
    let (harness, owner) = owned_slot(Script::task("owner", [Step::SucceedWhenStopped])).await;
    let next = submit(&harness, Replace, one_attempt("next"));
    let outcomes = end(&[&owner, &next]).await;
    assert!(is_canceled(&outcomes[0], StopCause::Replace), "a stop request overrides the restart policy");
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&next).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn slots_do_not_touch_each_other() {
    let (harness, owner) = owned_slot(cooperative("owner")).await;
    let rules = Rules::never();
    for admission in ALL {
        let other = harness.submit_to("other", admission, rules, one_attempt("other"));
        assert!(outcome_of(&other).await.is_completed());
    }
    assert!(!owner.status().stopping);
    let event_log = harness.finish().await;
    assert_eq!(
        event_log.of(&owner),
        ["added", "started 1", "canceled 1", "ended canceled by shutdown", "removed"]
    );
}
