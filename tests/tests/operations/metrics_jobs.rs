//! Metrics of submissions: their slots, and why they are refused or withdrawn.

use std::time::Duration;

use taskvisor::{
    ControllerSpec, Outcome, Rejection, Supervisor, SupervisorBuilder, TaskContext, TaskFn, TaskHandle,
    TaskSpec,
};
use tokio::time::sleep;

use crate::measured::{Measured, config, measure};

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn supervisor(change: impl FnOnce(SupervisorBuilder) -> SupervisorBuilder) -> Supervisor {
    change(Supervisor::builder(config())).build()
}

/// Work that takes two seconds.
fn work() -> TaskSpec {
    TaskSpec::once(TaskFn::arc("work", |context: TaskContext| async move {
        context.run_until_cancelled(sleep(seconds(2))).await;
        Ok(())
    }))
}

fn queue() -> ControllerSpec {
    ControllerSpec::queue(work())
}

fn submit(supervisor: &Supervisor, spec: ControllerSpec) -> TaskHandle {
    supervisor.submit(spec).expect("it is accepted")
}

/// That each accepted submission is waiting, running or has ended.
fn assert_accepted(measured: &Measured, accepted: f64) {
    assert_eq!(measured.sum("task_state") + measured.sum("ended_total"), accepted);
}

#[test]
fn the_time_in_the_queue_of_a_slot_is_measured() {
    measure(|measured| async move {
        let supervisor = supervisor(|builder| builder);
        let tasks = [(); 3].map(|()| submit(&supervisor, queue()));
        assert_eq!(measured.get("slot_waiting{job=work}"), 2.0);
        assert_accepted(&measured, 3.0);
        sleep(seconds(3)).await;
        assert_eq!(measured.get("slot_waiting{job=work}"), 1.0);
        assert_eq!(measured.of("task_state"), ["{state=running,task=work} 1", "{state=waiting,task=work} 1"]);
        for task in &tasks {
            task.outcome().await;
        }
        assert_eq!(measured.get("slot_waiting{job=work}"), 0.0);
        assert_eq!(measured.get("slot_wait_seconds_count{job=work}"), 3.0);
        assert_eq!(measured.get("slot_wait_seconds_sum{job=work}"), 0.0 + 2.0 + 4.0);
        assert_eq!(measured.of("task_state"), [""; 0]);
        assert_accepted(&measured, 3.0);
    });
}

#[test]
fn submissions_that_share_a_slot_have_no_wait_if_there_is_room() {
    measure(|measured| async move {
        let supervisor = supervisor(|builder| builder);
        let tasks = [(); 4].map(|()| submit(&supervisor, queue().with_capacity(2)));
        assert_eq!(measured.get("slot_waiting{job=work}"), 2.0);
        for task in &tasks {
            task.outcome().await;
        }
        assert_eq!(measured.get("slot_wait_seconds_count{job=work}"), 4.0);
        assert_eq!(measured.get("slot_wait_seconds_sum{job=work}"), 2.0 + 2.0);
        assert_eq!(measured.get("slot_waiting{job=work}"), 0.0);
    });
}

#[test]
fn a_submission_that_leaves_the_queue_ends_once() {
    measure(|measured| async move {
        let supervisor = supervisor(|builder| builder);
        let owner = submit(&supervisor, queue());
        sleep(seconds(1)).await;
        let canceled = submit(&supervisor, queue());
        let expired = submit(&supervisor, queue().with_expires(Duration::from_millis(500)));
        let superseded = submit(&supervisor, ControllerSpec::latest(work()));
        canceled.cancel();
        let latest = submit(&supervisor, ControllerSpec::latest(work()));
        assert!(matches!(superseded.outcome().await, Outcome::Rejected(Rejection::Superseded)));
        assert!(canceled.outcome().await.is_canceled());
        assert!(matches!(expired.outcome().await, Outcome::Rejected(Rejection::Expired)));
        assert_eq!(measured.get("slot_waiting{job=work}"), 1.0);
        for task in [owner, latest] {
            task.outcome().await;
        }
        assert_eq!(measured.get("slot_waiting{job=work}"), 0.0);
        assert_eq!(measured.get("slot_wait_seconds_count{job=work}"), 2.0, "the others owned no slot");
        assert_eq!(measured.of("task_state"), [""; 0]);
        assert_eq!(measured.get("ended_total{outcome=rejected,task=work}"), 2.0);
        assert_accepted(&measured, 5.0);
    });
}

#[test]
fn a_shutdown_empties_the_gauges() {
    measure(|measured| async move {
        let supervisor = supervisor(|builder| builder);
        let _tasks = [(); 3].map(|()| submit(&supervisor, queue()));
        supervisor.shutdown().await.expect("it ends");
        assert_eq!(measured.of("slot_waiting"), [""; 0]);
        assert_eq!(measured.of("task_state"), [""; 0]);
        assert_accepted(&measured, 3.0);
    });
}

#[test]
fn a_refusal_counts_with_its_reason() {
    measure(|measured| async move {
        let supervisor = supervisor(|builder| builder.controller(|limits| limits.with_per_slot(1)));
        let (owner, waiting) = (submit(&supervisor, queue()), submit(&supervisor, queue()));
        for refused in [
            ControllerSpec::drop_if_running(work()),
            queue(),
            queue(),
            queue().with_slot(" "),
            ControllerSpec::queue(work().with_timeout(Duration::ZERO)),
        ] {
            supervisor.submit(refused).expect_err("it is refused");
        }
        owner.outcome().await;
        waiting.outcome().await;
        supervisor.shutdown().await.expect("it ends");
        supervisor.submit(queue()).expect_err("it is refused");
        assert_eq!(
            measured.of("refused_total"),
            [
                "{job=work,why=busy} 1",
                "{job=work,why=invalid} 2",
                "{job=work,why=queue_full} 2",
                "{job=work,why=shutting_down} 1",
            ]
        );
        assert_accepted(&measured, 2.0);
    });
}

#[test]
fn a_submission_that_waits_for_room_is_not_refused() {
    measure(|measured| async move {
        let supervisor = supervisor(|builder| builder.controller(|limits| limits.with_per_slot(1)));
        let _tasks = [(); 2].map(|()| submit(&supervisor, queue()));
        let task = supervisor.submit_wait(queue()).await.expect("there is room in time");
        task.outcome().await;
        assert_eq!(measured.of("refused_total"), [""; 0]);
    });
}

#[cfg(feature = "macros")]
#[test]
fn declared_jobs_have_their_own_label() {
    use taskvisor::prelude::*;

    #[job(slot = "measured-{tenant}")]
    async fn measured_job(tenant: u32) -> u32 {
        tenant
    }

    measure(|measured| async move {
        let supervisor = Supervisor::new(Config::default(), Vec::new());
        for tenant in 0..3 {
            supervisor.submit(measured_job { tenant }).expect("it is accepted").await.expect("a value");
        }
        assert_eq!(measured.of("attempts_total"), ["{result=succeeded,task=measured_job} 3"]);
        assert_eq!(measured.get("slot_wait_seconds_count{job=measured_job}"), 3.0);
        assert_eq!(measured.of("ended_total"), ["{outcome=completed,task=measured_job} 3"]);
    });
}
