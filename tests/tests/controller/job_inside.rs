//! Tasks and jobs that submit through their `SupervisorHandle`, and jobs that await a job which waits for them.

use taskvisor::{
    ControllerSpec, JobError, JobExt, Outcome, RuntimeError, SupervisorHandle, TaskContext, TaskError, TaskFn,
};
use tests::{Harness, Rules};

use crate::job::{Total, Work, accepted, gives};
use crate::support::*;

/// A job in the slot that submits to its own slot and awaits the result. It returns 1 if it gets a `SlotDeadlock`.
fn awaits_own_slot<S>(submission: impl Fn() -> S + Send + Sync + 'static) -> Work
where
    S: taskvisor::Submit<Handle = taskvisor::JobHandle<Total>> + Send + 'static,
{
    let submission = std::sync::Arc::new(submission);
    let job: Work = Work::new(move |context: TaskContext| {
        let inner = submission();
        async move {
            let inner = context.supervisor().submit(inner)?;
            match inner.await {
                Err(JobError::SlotDeadlock { slot }) if &*slot == SLOT => Ok(Total(1)),
                other => Err(TaskError::fatal(format!("no deadlock was reported: {other:?}"))),
            }
        }
    });
    job.in_slot(SLOT)
}

#[tokio::test(start_paused = true)]
async fn a_job_that_awaits_its_own_slot_gets_an_error() {
    let harness = Harness::new();
    let job = accepted(&harness, Some(SLOT), awaits_own_slot(|| gives(2).in_slot(SLOT)));
    assert_eq!(in_time(job).await.expect("the deadlock is reported"), Total(1));
    let report = harness.run_until(Vec::new(), std::future::pending::<()>()).await.expect("in order");
    assert_eq!(report.completed, 2, "the awaited job stayed queued, and ran: {report}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_slot_deadlock_is_reported_behind_another_waiter_too() {
    let harness = Harness::new();
    let job = accepted(&harness, Some(SLOT), awaits_own_slot(|| gives(2).in_slot(SLOT)));
    let queued = accepted(&harness, Some(SLOT), gives(3).in_slot(SLOT));
    assert_eq!(in_time(job).await.expect("the deadlock is reported"), Total(1));
    assert_eq!(queued.await.expect("a value"), Total(3));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_awaits_its_own_replacement_gets_an_error() {
    let harness = Harness::new();
    let job = awaits_own_slot(|| gives(2).in_slot(SLOT).with_admission(Replace));
    let job = accepted(&harness, Some(SLOT), job);
    assert_eq!(in_time(job).await.expect("the value is delivered despite the stop request"), Total(1));
    let report = harness.run_until(Vec::new(), std::future::pending::<()>()).await.expect("in order");
    assert_eq!(report.completed, 2, "{report}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_awaits_a_job_of_its_own_slot_gets_an_error() {
    let harness = Harness::new();
    let task = TaskFn::arc("task", |supervisor: SupervisorHandle| async move {
        let job = supervisor.submit(gives(2).in_slot(SLOT))?;
        match job.await {
            Err(JobError::SlotDeadlock { .. }) => Ok(()),
            other => Err(TaskError::fatal(format!("no deadlock was reported: {other:?}"))),
        }
    });
    let task = submit(&harness, Queue, task);
    assert!(outcome_of(&task).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_slot_deadlock_names_the_slot_and_the_way_out() {
    let error = JobError::SlotDeadlock { slot: SLOT.into() };
    let message = error.to_string();
    assert!(message.contains("`slot`") && message.contains("return first"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_job_awaits_jobs_of_other_slots_and_of_none() {
    let harness = Harness::new();
    let job: Work = Work::new(|context: TaskContext| async move {
        let supervisor = context.supervisor();
        let other = supervisor.submit(gives(20).in_slot("other"))?;
        let free = supervisor.submit(gives(1))?;
        let (other, free) = tokio::try_join!(other, free)?;
        Ok(Total(other.0 + free.0))
    });
    let job = accepted(&harness, Some(SLOT), job.in_slot(SLOT));
    assert_eq!(in_time(job).await.expect("a value"), Total(21));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_may_submit_to_its_own_slot_and_return() {
    let harness = Harness::new();
    let job: Work = Work::new(|context: TaskContext| async move {
        let next = context.supervisor().submit(gives(2).in_slot(SLOT))?;
        Ok(Total(u32::from(!next.status().stopping)))
    });
    let job = accepted(&harness, Some(SLOT), job.in_slot(SLOT));
    assert_eq!(in_time(job).await.expect("a value"), Total(1));
    assert_eq!(owner(&harness).as_deref(), Some("work"), "the slot was passed on");
    let report = harness.run_until(Vec::new(), std::future::pending::<()>()).await.expect("in order");
    assert_eq!(report.completed, 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn drop_if_running_is_refused_as_busy_in_an_owned_slot() {
    let harness = Harness::new();
    let job: Work = Work::new(|context: TaskContext| async move {
        let own = gives(2).in_slot(SLOT).with_admission(DropIfRunning);
        match context.supervisor().submit(own) {
            Err(error) if matches!(error.reason(), RuntimeError::Busy { .. }) => Ok(Total(1)),
            _ => Err(TaskError::fatal("admitted beside its owner")),
        }
    });
    let job = accepted(&harness, Some(SLOT), job.in_slot(SLOT));
    assert_eq!(in_time(job).await.expect("a value"), Total(1));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_submits_by_the_handle_it_extracts() {
    let harness = Harness::new();
    harness.trace().set_rules("work", Work::rules());
    harness.trace().set_rules("inner", Rules::never());
    let task = TaskFn::arc("outer", |supervisor: SupervisorHandle| async move {
        let spec = Rules::never().spec(one_attempt("inner"));
        let inner = supervisor.submit(ControllerSpec::queue(spec).with_slot(SLOT))?;
        let Outcome::Completed = inner.outcome().await else { return Err(TaskError::fatal("not completed")) };
        let value = supervisor.submit(gives(3))?.await?;
        if value == Total(3) { Ok(()) } else { Err(TaskError::fatal("another value")) }
    });
    let task = harness.add(Rules::never(), task);
    assert!(outcome_of(&task).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!((event_log.ids_of("inner").len(), event_log.ids_of("work").len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_stored_handle_outlives_the_supervisor_and_is_then_refused() {
    let harness = Harness::new();
    let supervisor = harness.handle();
    assert_eq!(supervisor.submit(gives(1)).expect("accepted").await.expect("a value"), Total(1));
    harness.finish().await;
    let error = supervisor.submit(gives(2)).expect_err("it is gone");
    assert!(matches!(error.reason(), RuntimeError::ShuttingDown));
    let job: Work = error.into_submission();
    drop(job);
}
