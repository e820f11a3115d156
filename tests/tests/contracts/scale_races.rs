//! Contract 14: concurrent calls of `scale`, and calls by an instance.

use std::sync::Arc;
use std::time::Duration;

use taskvisor::{
    Config, Instance, RuntimeError, StopCause, Supervisor, SupervisorHandle, TaskContext, TaskFn, TaskSpec,
};
use tests::{Harness, Rules};
use tokio::sync::Barrier;

use crate::instance_support::{CONSUME, is_scaled, names, numbered, running, running_now, until_stopped};

/// Real threads: every interleaving has the same result.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_calls_leave_the_number_of_the_last_one() {
    const CALLERS: usize = 4;
    let harness = Harness::new();
    let spec = harness.spec(Rules::never(), until_stopped()).with_instances(3);
    harness.add_instances(spec).expect("the names are free");
    for round in 0..50 {
        let barrier = Arc::new(Barrier::new(CALLERS));
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (barrier, supervisor) = (Arc::clone(&barrier), SupervisorHandle::clone(&harness));
                tokio::spawn(async move {
                    barrier.wait().await;
                    supervisor.scale(CONSUME, (round + 3 * caller) % 7).expect("no name is taken")
                })
            })
            .collect();
        for caller in callers {
            caller.await.expect("it does not panic");
        }
        let target = harness.scale(CONSUME, 5).expect("no name is taken");
        assert!(target < 7);
        while names(&harness) != numbered(5) || running_now(&harness) != 5 {
            tokio::task::yield_now().await;
        }
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_instance_can_scale_itself_up() {
    let harness = Harness::new();
    let body = TaskFn::shared(CONSUME, |ctx: TaskContext, Instance(number): Instance| async move {
        if number < 3 {
            assert_eq!(ctx.supervisor().scale(CONSUME, number + 2), Ok(number + 1));
        }
        ctx.cancelled().await;
        Ok(())
    });
    harness.add_instances(harness.spec(Rules::never(), body).with_instances(1)).expect("the name is free");
    harness.settle().await;
    assert_eq!(names(&harness), numbered(4));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_instance_can_scale_itself_away() {
    let harness = Harness::new();
    let body = TaskFn::shared(CONSUME, |ctx: TaskContext, Instance(number): Instance| async move {
        if number == 2 {
            assert_eq!(ctx.supervisor().scale(CONSUME, 1), Ok(3));
            assert!(ctx.is_cancelled());
        }
        ctx.cancelled().await;
        Ok(())
    });
    let spec = harness.spec(Rules::never(), body).with_instances(3);
    let instances = harness.add_instances(spec).expect("the names are free");
    assert!(is_scaled(&harness.outcome(&instances[1]).await));
    assert!(is_scaled(&harness.outcome(&instances[2]).await));
    assert_eq!(names(&harness), numbered(1));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_instance_cannot_await_the_end_of_all() {
    let supervisor = Supervisor::default();
    let body = TaskFn::shared(CONSUME, |ctx: TaskContext, Instance(number): Instance| async move {
        if number == 1 {
            let result = ctx.supervisor().cancel(CONSUME).await;
            assert_eq!(result, Err(RuntimeError::WouldDeadlock));
        }
        ctx.cancelled().await;
        Ok(())
    });
    let spec = TaskSpec::once(body).with_instances(3);
    for task in supervisor.add_instances(spec).expect("the names are free") {
        let outcome = task.outcome().await;
        let is_canceled = matches!(outcome, taskvisor::Outcome::Canceled { cause: StopCause::Cancel, .. });
        assert!(is_canceled || outcome.is_completed(), "{outcome}");
    }
    assert!(supervisor.instances(CONSUME).is_empty());
}

/// Real threads: a caller that has seen the outcome finds that the instance has ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_known_end_is_known_to_the_next_call() {
    let harness = Harness::new();
    let body = TaskFn::shared(CONSUME, || async { Ok(()) });
    let spec = harness.spec(Rules::never(), body).with_instances(1);
    let mut instance = harness.add_instances(spec).expect("the name is free").remove(0);
    for _ in 0..200 {
        assert!(harness.outcome(&instance).await.is_completed());
        assert_eq!(harness.scale(CONSUME, 1), Ok(1));
        let next = harness.task("consume/0");
        // It may have ended again by now.
        let Some(next) = next.or_else(|| harness.instances(CONSUME).pop()) else { continue };
        assert_ne!(next.id(), instance.id());
        instance = next;
    }
    harness.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scale_during_a_shutdown_leaves_no_instance() {
    for _ in 0..20 {
        let config = Config::default().with_grace(Duration::from_secs(10));
        let supervisor = Supervisor::new(config, Vec::new());
        let spec = TaskSpec::once(until_stopped()).with_instances(2);
        supervisor.add_instances(spec).expect("the names are free");
        let handle = SupervisorHandle::clone(&supervisor);
        let scaling = tokio::spawn(async move {
            while handle.scale(CONSUME, 4).is_ok() && handle.scale(CONSUME, 1).is_ok() {
                tokio::task::yield_now().await;
            }
        });
        supervisor.shutdown().await.expect("all stop in time");
        scaling.await.expect("it does not panic");
        assert!(supervisor.instances(CONSUME).is_empty() && supervisor.tasks().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn scaling_back_and_forth_starts_no_second_instance() {
    let (harness, instances) = running(2).await;
    for _ in 0..10 {
        assert_eq!(harness.scale(CONSUME, 0), Ok(2));
        assert_eq!(harness.scale(CONSUME, 2), Ok(0));
    }
    for task in &instances {
        assert!(is_scaled(&harness.outcome(task).await));
    }
    harness.settle().await;
    assert_eq!((names(&harness), running_now(&harness)), (numbered(2), 2));
    let event_log = harness.finish().await;
    assert_eq!(event_log.count(taskvisor::EventName::Added), 4);
}
