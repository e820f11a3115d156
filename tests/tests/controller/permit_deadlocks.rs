//! A job that awaits another one, which needs the only permit: the await returns an error instead of never.

use std::sync::{Arc, Mutex, PoisonError};

use taskvisor::__private::RareSettings;
use taskvisor::{
    Config, ControllerSpec, EventKind, JobError, LimitScope, Setting, SupervisorHandle, TaskContext,
    TaskError, TaskFn,
};
use tests::{Harness, Rules};

use crate::job::{Retrying, Total, Work, accepted, gives};
use crate::rare_jobs::{Custom, Options};
use crate::support::*;

/// A job that runs alone among the submissions of its declaration.
struct Alone;

impl Options for Alone {
    const RARE: RareSettings = RareSettings { max_concurrent: Setting::Set(1), ..RareSettings::INHERIT };
}

/// As `Alone`, with two permits.
struct Pair;

impl Options for Pair {
    const RARE: RareSettings = RareSettings { max_concurrent: Setting::Set(2), ..RareSettings::INHERIT };
}

/// Runs a job that submits another one of its declaration and awaits it. Both return what `check` returns.
async fn awaits_another(result: Result<u32, JobError>) -> Result<u32, TaskError> {
    match result {
        Err(JobError::PermitDeadlock { of, .. }) => {
            assert_eq!(of.to_string(), "`custom`");
            Ok(1)
        }
        other => Err(TaskError::fatal(format!("no deadlock was reported: {other:?}"))),
    }
}

fn with_rules(config: Config, rules: Rules) -> Harness {
    let harness = Harness::with_config(config);
    harness.trace().set_rules("custom", rules);
    harness
}

#[tokio::test(start_paused = true)]
async fn an_await_of_the_only_permit_of_a_job_is_an_error() {
    let harness = with_rules(Config::default(), Rules::never().max_concurrent(1));
    let job = Custom::<Alone, u32>::new(|context| async move {
        let inner = Custom::<Alone, u32>::new(|_| async { Ok(2) });
        awaits_another(context.supervisor().submit(inner)?.await).await
    });
    let job = harness.submit(job).expect("it is accepted");
    harness.watch(job.task());
    assert_eq!(in_time(job).await.expect("the deadlock is reported"), 1);
    let report = harness.run_until(Vec::new(), std::future::pending::<()>()).await.expect("in order");
    assert_eq!(report.completed, 2, "the awaited job kept its place, and ran: {report}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_late_await_of_the_only_permit_gets_an_error() {
    let harness = with_rules(Config::default(), Rules::never().max_concurrent(1));
    let job = Custom::<Alone, u32>::new(|context| async move {
        let inner = Custom::<Alone, u32>::new(|_| async { Ok(2) });
        let inner = context.supervisor().submit(inner)?;
        tokio::time::sleep(SECOND).await;
        // Waits for its permit since a second.
        awaits_another(inner.await).await
    });
    let job = harness.submit(job).expect("it is accepted");
    harness.watch(job.task());
    assert_eq!(in_time(job).await.expect("the deadlock is reported"), 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_await_of_a_retry_that_needs_the_permit_gets_an_error() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    harness.trace().set_rules("work", Retrying::<1>::rules());
    let retried = Retrying::<1>::new(|context: TaskContext| async move {
        if context.attempt() == 1 { Err(TaskError::retry_after("busy", seconds(60))) } else { Ok(Total(2)) }
    });
    let retried = harness.submit(retried).expect("it is accepted");
    harness.trace().set_task_rules(retried.task(), Retrying::<1>::rules().uses_retry_after());
    harness.watch(retried.task());
    harness.settle().await;
    let retried = Arc::new(Mutex::new(Some(retried)));
    let task = TaskFn::arc("task", move || {
        let retried = retried.lock().unwrap_or_else(PoisonError::into_inner).take();
        async move {
            match retried.expect("the first attempt takes it").await {
                Err(JobError::PermitDeadlock { .. }) => Ok(()),
                other => Err(TaskError::fatal(format!("no deadlock was reported: {other:?}"))),
            }
        }
    });
    let task = harness.add(Rules::never(), task);
    let outcome = outcome_of(&task).await;
    assert!(outcome.is_completed(), "{outcome}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_await_of_the_only_permit_of_the_supervisor_is_an_error() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let job = Work::new(|context: TaskContext| async move {
        match context.supervisor().submit(gives(2))?.await {
            Err(JobError::PermitDeadlock { of: LimitScope::Supervisor, .. }) => Ok(Total(1)),
            other => Err(TaskError::fatal(format!("no deadlock was reported: {other:?}"))),
        }
    });
    let job = accepted(&harness, None, job);
    assert_eq!(in_time(job).await.expect("the deadlock is reported"), Total(1));
    let report = harness.run_until(Vec::new(), std::future::pending::<()>()).await.expect("in order");
    assert_eq!(report.completed, 2, "{report}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_added_task_that_awaits_a_job_gets_an_error() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    harness.trace().set_rules("work", Work::rules());
    let task = TaskFn::arc("task", |supervisor: SupervisorHandle| async move {
        match supervisor.submit(gives(2))?.await {
            Err(JobError::PermitDeadlock { .. }) => Ok(()),
            other => Err(TaskError::fatal(format!("no deadlock was reported: {other:?}"))),
        }
    });
    let task = harness.add(Rules::never(), task);
    assert!(outcome_of(&task).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_await_from_outside_is_no_deadlock() {
    let harness = with_rules(Config::default().with_max_concurrent(1), Rules::never().max_concurrent(1));
    let [first, second] = [1, 2].map(|value| {
        let job = Custom::<Alone, u32>::new(move |_| async move {
            tokio::time::sleep(SECOND).await;
            Ok(value)
        });
        let job = harness.submit(job).expect("it is accepted");
        harness.watch(job.task());
        job
    });
    assert_eq!((second.await.ok(), first.await.ok()), (Some(2), Some(1)));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_await_of_another_supervisor_is_no_deadlock() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let other = Arc::new(Harness::with_config(Config::default().with_max_concurrent(1)));
    other.trace().set_rules("work", Work::rules());
    let supervisor = other.handle();
    let job = Work::new(move |_: TaskContext| {
        let supervisor = supervisor.clone();
        async move { Ok(supervisor.submit(gives(2))?.await?) }
    });
    let job = accepted(&harness, None, job);
    assert_eq!(in_time(job).await.expect("a value"), Total(2));
    harness.finish().await;
    Arc::into_inner(other).expect("no other owner").finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_awaited_job_that_runs_already_is_no_deadlock() {
    let harness = with_rules(Config::default(), Rules::never().max_concurrent(2));
    let job = Custom::<Pair, u32>::new(|context| async move {
        let inner = Custom::<Pair, u32>::new(|_| async {
            tokio::time::sleep(SECOND).await;
            Ok(2)
        });
        Ok(context.supervisor().submit(inner)?.await? + 1)
    });
    let job = harness.submit(job).expect("it is accepted");
    harness.watch(job.task());
    assert_eq!(in_time(job).await.expect("a value"), 3);
    harness.finish().await;
}

/// Two jobs hold the two permits, and each awaits a third one. No error is certain: another holder may return.
#[tokio::test(start_paused = true)]
async fn with_two_permits_the_report_of_the_wait_names_the_holders() {
    let harness = with_rules(Config::default(), Rules::never().max_concurrent(2));
    let outer = [(); 2].map(|()| {
        let job = Custom::<Pair, u32>::new(|context| async move {
            let inner = Custom::<Pair, u32>::new(|_| async { Ok(2) });
            tokio::task::yield_now().await;
            let inner = context.supervisor().submit(inner)?;
            tokio::select! {
                result = inner => Ok(result.map_err(|_| TaskError::fatal("an error"))?),
                () = tokio::time::sleep(seconds(25)) => Ok(0),
            }
        });
        let job = harness.submit(job).expect("it is accepted");
        harness.watch(job.task());
        job
    });
    let ids = outer.each_ref().map(|job| job.task().id());
    for job in outer {
        assert_eq!(in_time(job).await.ok(), Some(0), "it waits for its own time");
    }
    let event_log = harness.finish().await;
    let reports = event_log.events().iter().filter_map(|event| match &event.kind {
        EventKind::Delayed { held_by, .. } => {
            Some(held_by.listed().iter().map(|holder| holder.id).collect::<Vec<_>>())
        }
        _ => None,
    });
    let reports: Vec<_> = reports.collect();
    assert_eq!(reports, [ids; 4], "two waiters, each after 10 s and 20 s");
}

#[tokio::test(start_paused = true)]
async fn a_permit_deadlock_says_the_way_out() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let job = Work::new(|context: TaskContext| async move {
        let error = context.supervisor().submit(gives(2))?.await.expect_err("it is a deadlock");
        Err(TaskError::fatal(error.to_string()))
    });
    let job = accepted(&harness, None, job);
    assert_eq!(
        in_time(job).await.expect_err("it fails").to_string(),
        "failed: fatal: the awaited job needs the only permit of the supervisor, which the awaiting task holds: return first, or raise \
         `max_concurrent`"
    );
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_slot_deadlock_is_reported_before_that_of_a_permit() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let job = Work::new(|context: TaskContext| async move {
        match context.supervisor().submit(gives(2).in_slot(SLOT))?.await {
            Err(JobError::SlotDeadlock { .. }) => Ok(Total(1)),
            other => Err(TaskError::fatal(format!("no deadlock was reported: {other:?}"))),
        }
    });
    let job = accepted(&harness, Some(SLOT), job.in_slot(SLOT));
    assert_eq!(in_time(job).await.expect("the deadlock is reported"), Total(1));
    harness.finish().await;
}

/// Awaited as a task, its outcome comes once the caller has released the permit: the outcome of a submission is no value of a job.
#[tokio::test(start_paused = true)]
async fn the_outcome_of_a_submission_is_awaited_after_the_attempt() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    harness.trace().set_rules("inner", Rules::never());
    let task = TaskFn::arc("outer", |supervisor: SupervisorHandle| async move {
        supervisor.submit(ControllerSpec::queue(Rules::never().spec(one_attempt("inner"))))?;
        Ok(())
    });
    let outer = harness.add(Rules::never(), task);
    assert!(outcome_of(&outer).await.is_completed());
    let report = harness.run_until(Vec::new(), std::future::pending::<()>()).await.expect("in order");
    assert_eq!(report.completed, 2);
    harness.finish().await;
}
