//! The timer of a slot whose waiting submissions expire: one for each slot, for the earliest deadline, and none without one.
//!
//! No subscriber selects `Delayed` here, for which the timer would run anyway.

use std::time::Duration;

use taskvisor::{Config, ControllerSpec, Supervisor, TaskHandle, TaskRef, TaskSpec};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use crate::expires::is_expired;
use crate::support::*;

fn submission(task: TaskRef) -> ControllerSpec {
    ControllerSpec::queue(TaskSpec::once(task)).with_slot(SLOT)
}

/// A supervisor without a subscriber, and the owner of its slot.
async fn owned() -> (Supervisor, TaskHandle) {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let owner = supervisor.submit(submission(cooperative("owner"))).expect("the slot is idle");
    owner.started().await.expect("it starts");
    (supervisor, owner)
}

fn queue(supervisor: &Supervisor, expires: impl Into<Option<Duration>>) -> TaskHandle {
    let submission = submission(one_attempt("waits")).with_expires(expires);
    supervisor.submit(submission).expect("the queue has room")
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

async fn settle() {
    for _ in 0..16 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn three_deadlines_in_any_order_are_each_met() {
    for order in [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]] {
        let (supervisor, _) = owned().await;
        let began = Instant::now();
        let waits = order.map(|time| (time, queue(&supervisor, seconds(time))));
        let unlimited = queue(&supervisor, None);
        for deadline in 1..=3 {
            let (_, task) = waits.iter().find(|(time, _)| *time == deadline).expect("one of them");
            assert!(is_expired(&outcome_of(task).await));
            assert_eq!(began.elapsed(), seconds(deadline), "{order:?}");
        }
        sleep(seconds(100)).await;
        assert!(!unlimited.is_finished());
        supervisor.shutdown().await.expect("in order");
    }
}

#[tokio::test(start_paused = true)]
async fn an_earlier_deadline_wakes_the_timer_that_already_sleeps() {
    let (supervisor, _) = owned().await;
    let late = queue(&supervisor, seconds(60));
    sleep(seconds(10)).await;
    let began = Instant::now();
    let early = queue(&supervisor, seconds(5));
    assert!(is_expired(&outcome_of(&early).await));
    assert_eq!(began.elapsed(), seconds(5));
    assert!(is_expired(&outcome_of(&late).await));
    assert_eq!(began.elapsed(), seconds(50));
    supervisor.shutdown().await.expect("in order");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_after_the_end_of_the_timer_is_met_too() {
    let (supervisor, _) = owned().await;
    for _ in 0..3 {
        let waits = queue(&supervisor, seconds(5));
        let began = Instant::now();
        assert!(is_expired(&outcome_of(&waits).await));
        assert_eq!(began.elapsed(), seconds(5));
        sleep(seconds(100)).await;
    }
    supervisor.shutdown().await.expect("in order");
}

#[tokio::test(start_paused = true)]
async fn a_slot_has_one_timer_and_none_without_a_deadline() {
    let (supervisor, owner) = owned().await;
    let before = tasks();
    queue(&supervisor, None);
    settle().await;
    assert_eq!(tasks(), before, "no submission expires");
    // Each deadline is earlier than the one before.
    let waits: Vec<_> = (1..=50).rev().map(|time| queue(&supervisor, seconds(time))).collect();
    settle().await;
    assert_eq!(tasks(), before + 1);
    for task in &waits {
        assert!(is_expired(&outcome_of(task).await));
    }
    settle().await;
    assert_eq!(tasks(), before, "no submission that expires is left");
    owner.cancel();
    outcome_of(&owner).await;
    supervisor.shutdown().await.expect("in order");
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_needs_no_wait_needs_no_timer() {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let owner = submission(cooperative("owner")).with_expires(SECOND);
    let before = tasks();
    let owner = supervisor.submit(owner).expect("the slot is idle");
    owner.started().await.expect("it starts");
    assert_eq!(tasks(), before + 1, "its actor is the only new task");
    supervisor.shutdown().await.expect("in order");
}

#[tokio::test(start_paused = true)]
async fn the_timer_ends_with_its_slot() {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let before = tasks();
    for _ in 0..20 {
        let owner = supervisor.submit(submission(working("owner"))).expect("the slot is idle");
        let next = queue(&supervisor, seconds(3_600));
        assert!(outcome_of(&owner).await.is_completed());
        assert!(outcome_of(&next).await.is_completed());
        settle().await;
        assert_eq!(tasks(), before, "the timer sleeps on");
    }
    supervisor.shutdown().await.expect("in order");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_and_a_dropped_supervisor_end_the_timer() {
    for dropped in [false, true] {
        let before = tasks();
        let (supervisor, _) = owned().await;
        let waits = queue(&supervisor, seconds(3_600));
        if dropped {
            drop(supervisor);
        } else {
            supervisor.shutdown().await.expect("in order");
        }
        assert!(outcome_of(&waits).await.is_rejected());
        settle().await;
        assert_eq!(tasks(), before, "dropped: {dropped}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_submissions_expire_at_once() {
    let builder = Supervisor::builder(Config::default()).controller(|limits| limits.with_per_slot(2_000));
    let supervisor = builder.build();
    supervisor.submit(submission(cooperative("owner"))).expect("the slot is idle");
    let waits: Vec<_> =
        (0..1_000).map(|number| queue(&supervisor, (number % 2 == 0).then_some(seconds(5)))).collect();
    sleep(seconds(5)).await;
    settle().await;
    for (number, task) in waits.iter().enumerate() {
        assert_eq!(task.is_finished(), number % 2 == 0);
    }
    let ids: Vec<_> = supervisor.slots()[0].waiting.iter().map(|waiter| waiter.id).collect();
    assert!(ids.is_sorted() && ids.len() == 500, "the others keep their order");
    supervisor.shutdown().await.expect("in order");
}
