//! `ctx.done`: the task completes under every policy.

use taskvisor::{EventName, Outcome, Phase, Readiness, StopCause, TaskContext, TaskError, TaskFn, TaskRef};
use tests::{Harness, Rules, Script, Step};

use crate::support::*;

/// Fails until attempt number `last`, in which it is done.
fn done_at(last: u64) -> TaskRef {
    attempts(move |context| async move {
        if context.attempt() < last { Err(TaskError::fail("down")) } else { context.done() }
    })
}

#[tokio::test(start_paused = true)]
async fn the_task_completes_under_every_policy() {
    for rules in [Rules::never(), Rules::on_failure(), Rules::always().may_be_done()] {
        let finished = end(rules, done_at(1)).await;
        assert_eq!(finished.trace(), ["added", "started 1", "succeeded 1", "ended completed", "removed"]);
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_a_success_after_failures() {
    for rules in [Rules::on_failure(), Rules::always().may_be_done()] {
        let finished = end(rules.constant_backoff(SECOND).max_retries(2), done_at(3)).await;
        assert!(finished.outcome.is_completed());
        let status = finished.task.status();
        assert_eq!((status.attempt, status.failures, status.total_failures), (3, 0, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_or_a_panic_after_the_call_wins() {
    let task = attempts(|context| async move {
        let _: () = context.done();
        match context.attempt() {
            1 => Err(TaskError::fail("down")),
            2 => panic!("oh"),
            _ => Ok(()),
        }
    });
    let finished = end(Rules::always().constant_backoff(SECOND).may_be_done(), task).await;
    assert!(finished.outcome.is_completed());
    assert_eq!(finished.starts().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_after_the_call_wins() {
    let task = attempts(|context| async move {
        if context.attempt() == 1 {
            let _: () = context.done();
            std::future::pending::<()>().await;
        }
        context.done()
    });
    let finished = end(Rules::always().timeout(SECOND).constant_backoff(SECOND).may_be_done(), task).await;
    assert_eq!(finished.event_log.count(EventName::TimedOut), 1);
    assert_eq!(finished.starts().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn it_has_no_effect_after_an_interrupt() {
    let harness = Harness::new();
    let task = attempts(|context| async move {
        context.cancelled().await;
        context.done()
    });
    let task = harness.add(Rules::always().may_be_done(), task);
    harness.reach(&task, 1).await;
    harness.restart(&task).expect("it runs");
    harness.settle().await;
    assert!(matches!(task.status().phase, Phase::Running { attempt: 2, .. }), "{:?}", task.status());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn it_has_no_effect_before_an_interrupt_of_the_same_attempt() {
    let harness = Harness::new();
    let task = attempts(|context| async move {
        let _: () = context.done();
        context.cancelled().await;
        Ok(())
    });
    let task = harness.add(Rules::always().may_be_done(), task);
    harness.reach(&task, 1).await;
    harness.restart(&task).expect("it runs");
    harness.settle().await;
    assert!(matches!(task.status().phase, Phase::Running { attempt: 2, .. }), "{:?}", task.status());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_overrides_it() {
    let task = attempts(|context| async move {
        context.cancelled().await;
        context.done()
    });
    let finished = stop(Rules::always().may_be_done(), task).await;
    assert!(matches!(finished.outcome, Outcome::Canceled { cause: StopCause::Cancel, .. }));
}

#[tokio::test(start_paused = true)]
async fn the_call_may_come_from_a_spawned_task() {
    let task = attempts(|context: TaskContext| async move {
        let spawned = context.clone();
        tokio::spawn(async move { spawned.done::<()>() }).await.expect("no panic");
        Ok(())
    });
    let finished = end(Rules::always().may_be_done(), task).await;
    assert!(finished.outcome.is_completed());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_done_is_ready_for_its_dependents() {
    let harness = Harness::new();
    let migrate = TaskFn::arc("migrate", |context: TaskContext| async move { context.done() });
    let rules = Rules::always().may_be_done().ready(Readiness::Notify);
    let migrate = harness.add(rules, migrate);
    let serve = harness.spec(Rules::never(), Script::task("serve", [Step::Succeed])).with_needs(["migrate"]);
    let serve = harness.add_task(serve).expect("it is accepted");
    assert!(harness.outcome(&serve).await.is_completed());
    assert_eq!(migrate.ready().await, Ok(()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_name_of_a_task_that_is_done_is_free() {
    let harness = Harness::new();
    let first = harness.add(Rules::always().may_be_done(), done_at(1));
    assert!(harness.outcome(&first).await.is_completed());
    let second = harness.add(Rules::always().may_be_done(), done_at(1));
    assert!(harness.outcome(&second).await.is_completed());
    harness.finish().await;
}
