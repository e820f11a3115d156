//! Metrics of attempts and of what follows them, and their labels.

use std::future::pending;
use std::time::Duration;

use ::metrics::Unit;
use taskvisor::{
    BackoffPolicy, MaxFailures, OnGiveUp, Readiness, Supervisor, TaskContext, TaskError, TaskFn, TaskHandle,
    TaskRef, TaskSpec,
};
use tokio::time::sleep;

use crate::measured::{Measured, config, measure};

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn supervisor() -> Supervisor {
    Supervisor::builder(config()).build()
}

/// A task whose attempts wait for their stop, and clean up.
fn waiting(name: &'static str) -> TaskRef {
    TaskFn::arc(name, |context: TaskContext| async move {
        context.cancelled().await;
        Ok(())
    })
}

async fn running(supervisor: &Supervisor, spec: TaskSpec) -> TaskHandle {
    let task = supervisor.add_task(spec).expect("the task is accepted");
    task.started().await.expect("an attempt begins");
    task
}

#[test]
fn each_attempt_counts_with_its_result() {
    measure(|measured| async move {
        let supervisor = supervisor();
        let work = TaskFn::arc("work", |context: TaskContext| async move {
            sleep(seconds(context.attempt())).await;
            match context.attempt() {
                1 => Err(TaskError::fail("no answer")),
                2 => panic!("on purpose"),
                3 => pending().await,
                4 => context.snooze(seconds(1)),
                _ => Ok(()),
            }
        });
        let spec = TaskSpec::on_failure(work).with_timeout(seconds(10)).with_stable_after(seconds(10));
        let task = running(&supervisor, spec).await;
        assert!(task.outcome().await.is_completed());
        assert_eq!(
            measured.of("attempts_total"),
            ["failed", "panicked", "snoozed", "succeeded", "timed_out"]
                .map(|result| format!("{{result={result},task=work}} 1"))
        );
        assert_eq!(measured.get("attempt_seconds_count{task=work}"), 5.0);
        assert_eq!(measured.get("attempt_seconds_sum{task=work}"), 1.0 + 2.0 + 10.0 + 4.0 + 5.0);
        assert_eq!(
            measured.of("restarts_total"),
            ["failed", "panicked", "snoozed", "timed_out"]
                .map(|cause| format!("{{cause={cause},task=work}} 1"))
        );
        assert_eq!(measured.of("ended_total"), ["{outcome=completed,task=work} 1"]);
    });
}

#[test]
fn an_attempt_that_is_stopped_counts_as_canceled_or_aborted() {
    measure(|measured| async move {
        let supervisor = supervisor();
        running(&supervisor, TaskSpec::once(waiting("work"))).await.cancel();
        let stubborn = TaskFn::arc("work/2", pending::<Result<(), TaskError>>);
        let stubborn = running(&supervisor, TaskSpec::once(stubborn)).await;
        stubborn.cancel_with_grace(Duration::ZERO);
        stubborn.outcome().await;
        assert_eq!(
            measured.of("attempts_total"),
            ["{result=aborted,task=dynamic} 1", "{result=succeeded,task=work} 1"]
        );
        assert_eq!(
            measured.of("ended_total"),
            ["{outcome=aborted,task=dynamic} 1", "{outcome=canceled,task=work} 1"]
        );
    });
}

#[test]
fn a_restart_counts_with_what_came_before_it() {
    measure(|measured| async move {
        let supervisor = supervisor();
        let task = running(&supervisor, TaskSpec::on_failure(waiting("work"))).await;
        task.restart().expect("it runs");
        sleep(seconds(1)).await;
        task.pause().expect("it runs");
        sleep(seconds(1)).await;
        task.resume().expect("it is paused");
        sleep(seconds(1)).await;
        assert_eq!(
            measured.of("restarts_total"),
            ["{cause=pause,task=work} 1", "{cause=restart,task=work} 1"]
        );
        assert_eq!(measured.of("attempts_total"), ["{result=interrupted,task=work} 2"]);
        assert_eq!(task.status().restarts, 2);
    });
}

#[test]
fn an_interrupted_wait_is_the_cause_of_the_restart() {
    measure(|measured| async move {
        let supervisor = supervisor();
        let work = TaskFn::arc("work", |context: TaskContext| async move {
            if context.attempt() == 1 { Err(TaskError::fail("no answer")) } else { pending().await }
        });
        let spec = TaskSpec::on_failure(work).with_backoff(BackoffPolicy::constant(seconds(3600)));
        let task = running(&supervisor, spec).await;
        sleep(seconds(1)).await;
        task.restart().expect("it waits");
        sleep(seconds(1)).await;
        assert_eq!(measured.of("restarts_total"), ["{cause=restart,task=work} 1"]);
    });
}

#[test]
fn the_loss_of_a_needed_task_is_the_cause_of_a_restart() {
    measure(|measured| async move {
        let supervisor = supervisor();
        let needed = TaskFn::arc("needed", |context: TaskContext| async move {
            context.ready();
            sleep(seconds(if context.attempt() == 1 { 5 } else { 3600 })).await;
            Err::<(), _>(TaskError::fail("lost"))
        });
        let needed = TaskSpec::on_failure(needed)
            .with_ready(Readiness::Notify)
            .with_backoff(BackoffPolicy::constant(seconds(10)));
        supervisor.add_task(needed).expect("the task is accepted");
        let spec = TaskSpec::on_failure(waiting("work")).with_needs(["needed"]);
        running(&supervisor, spec.with_interrupt_on_loss(seconds(1))).await;
        sleep(seconds(30)).await;
        assert_eq!(
            measured.of("restarts_total"),
            ["{cause=dependency,task=work} 1", "{cause=failed,task=dynamic} 1"]
        );
    });
}

#[test]
fn giving_up_counts_each_time() {
    measure(|measured| async move {
        let supervisor = supervisor();
        let failing = || TaskFn::arc("work", || async { Err::<(), _>(TaskError::fail("no answer")) });
        let spec = TaskSpec::on_failure(failing()).with_max_retries(1).with_on_give_up(OnGiveUp::Pause);
        let task = running(&supervisor, spec).await;
        sleep(seconds(5)).await;
        task.resume().expect("it is paused");
        sleep(seconds(5)).await;
        assert_eq!(measured.get("give_ups_total{task=work}"), 2.0);
        task.cancel();
        task.outcome().await;
        let limit = MaxFailures::new(2, seconds(60));
        let spec = TaskSpec::on_failure(failing()).with_max_failures(limit);
        running(&supervisor, spec).await.outcome().await;
        assert_eq!(measured.get("give_ups_total{task=work}"), 3.0);
    });
}

#[test]
fn tasks_added_at_run_time_share_one_label() {
    measure(|measured| async move {
        let supervisor = supervisor();
        for tenant in ["a", "b", "work"] {
            running(&supervisor, TaskSpec::once(waiting(tenant))).await;
        }
        assert_eq!(
            measured.of("task_state"),
            ["{state=running,task=dynamic} 2", "{state=running,task=work} 1"]
        );
    });
}

#[test]
fn instances_have_the_label_of_their_base_name() {
    measure(|measured| async move {
        let supervisor = supervisor();
        let work = TaskFn::shared("work", |context: TaskContext| async move {
            context.cancelled().await;
            Ok(())
        });
        supervisor.add_instances(TaskSpec::once(work).with_instances(3)).expect("they are accepted");
        sleep(seconds(1)).await;
        assert_eq!(measured.of("task_state"), ["{state=running,task=work} 3"]);
        supervisor.scale("work", 1).expect("it has instances");
        sleep(seconds(1)).await;
        assert_eq!(measured.of("task_state"), ["{state=running,task=work} 1"]);
        assert_eq!(measured.of("ended_total"), ["{outcome=canceled,task=work} 2"]);
    });
}

#[cfg(feature = "macros")]
#[test]
fn declared_tasks_have_their_own_label() {
    use taskvisor::prelude::*;

    #[task(restart = "never")]
    async fn measured_task() {}

    measure(|measured| async move {
        let supervisor = Supervisor::new(Config::default(), Vec::new());
        supervisor.add_task(measured_task::spec()).expect("it is accepted").outcome().await;
        assert_eq!(measured.of("attempts_total"), ["{result=succeeded,task=measured_task} 1"]);
    });
}

#[test]
fn all_series_of_a_name_begin_at_zero() {
    measure(|measured| async move {
        let supervisor = supervisor();
        supervisor.add_task(TaskSpec::once(waiting("work"))).expect("it is accepted");
        assert_eq!(measured.get("attempts_total{result=failed,task=work}"), 0.0);
        assert_eq!(measured.get("give_ups_total{task=work}"), 0.0);
        assert_eq!(measured.get("restarts_total{cause=timed_out,task=work}"), 0.0);
        assert_eq!(measured.get("ended_total{outcome=failed,task=work}"), 0.0);
    });
}

#[test]
fn every_metric_is_described() {
    measure(|measured| async move {
        let supervisor = supervisor();
        let heartbeat = TaskSpec::once(waiting("work")).with_heartbeat(seconds(60));
        supervisor.add_task(heartbeat).expect("it is accepted");
        let described = measured.described();
        for name in measured.names() {
            let expected = if name.ends_with("_seconds") { Unit::Seconds } else { Unit::Count };
            assert_eq!(described.get(&name), Some(&Some(expected)), "{name}");
        }
    });
}

#[test]
fn a_recorder_that_comes_after_the_build_sees_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let measured = Measured::default();
    runtime.block_on(async {
        let supervisor = supervisor();
        let task = ::metrics::with_local_recorder(&measured, || {
            supervisor.add_task(TaskSpec::once(waiting("work"))).expect("it is accepted")
        });
        task.cancel();
        task.outcome().await;
    });
    assert!(measured.names().is_empty());
}
