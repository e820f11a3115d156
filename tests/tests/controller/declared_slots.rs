//! The slots and admissions that `#[job]` declares.

use taskvisor::prelude::*;
use taskvisor::{Job, Rejection};
use tests::{Harness, Rules};
use tokio::time::sleep;

use crate::support::{SECOND, in_time, is_rejected, seconds};

#[job(slot = "tenant-{tenant}")]
async fn sync_tenant(tenant: u64, revision: u32) -> (u64, u32) {
    sleep(SECOND).await;
    (tenant, revision)
}

#[job(slot = "tenant-{tenant:04}-{region}", admission = "replace")]
async fn padded(tenant: u64, region: String, ctx: TaskContext) -> Result<String, TaskError> {
    match ctx.run_until_cancelled(sleep(SECOND)).await {
        Some(()) => Ok(format!("{tenant} {region}")),
        None => Err(TaskError::Canceled),
    }
}

#[job(slot = "the one", admission = "drop-if-running")]
async fn exclusive() {
    sleep(SECOND).await;
}

#[job(slot = "newest", admission = "latest")]
async fn newest(number: u32) -> u32 {
    sleep(SECOND).await;
    number
}

#[job(slot = "short", queue = 1)]
async fn short_queue() {
    sleep(SECOND).await;
}

#[job(slot = "own")]
async fn awaits_itself(depth: u32, supervisor: SupervisorHandle) -> Result<u32, TaskError> {
    if depth == 0 {
        return Ok(0);
    }
    match supervisor.submit(awaits_itself { depth: depth - 1 })?.await {
        Err(JobError::SlotDeadlock { .. }) => Ok(depth),
        other => Err(TaskError::fatal(format!("no deadlock was reported: {other:?}"))),
    }
}

/// Another job with the slot of `exclusive`.
#[job(slot = "the one", admission = "drop-if-running")]
async fn in_the_same_slot() {}

#[job(slot = "{project}-{branch}")]
async fn ambiguous(project: &'static str, branch: &'static str) {}

#[job(slot = "{project:?}-{branch:?}")]
async fn unambiguous(project: &'static str, branch: &'static str) {}

/// Submits a job that makes one attempt in this slot.
fn submit<J: Job>(harness: &Harness, slot: &str, job: J) -> JobHandle<J::Value> {
    let Ok(job) = harness.submit(job) else { panic!("the job is accepted") };
    harness.trace().set_rules(job.name(), Rules::never());
    harness.watch_in(slot, job.task());
    job
}

#[tokio::test(start_paused = true)]
async fn the_slot_is_written_with_the_arguments_and_its_jobs_queue() {
    let harness = Harness::new();
    let one = [1, 2].map(|revision| submit(&harness, "tenant-42", sync_tenant { tenant: 42, revision }));
    let other = submit(&harness, "tenant-7", sync_tenant { tenant: 7, revision: 1 });
    let slots: Vec<_> =
        harness.slots().iter().map(|slot| (slot.key.to_string(), slot.waiting.len())).collect();
    assert_eq!(slots, [("tenant-42".to_owned(), 1), ("tenant-7".to_owned(), 0)]);
    assert_eq!(other.await.expect("a value"), (7, 1));
    for (revision, job) in (1..).zip(one) {
        assert_eq!(job.await.expect("a value"), (42, revision));
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_slot_is_a_format_string_and_a_replacement_replaces() {
    let harness = Harness::new();
    let job = |region: &str| padded { tenant: 42, region: region.to_owned() };
    assert_eq!(job("eu").slot().as_deref(), Some("tenant-0042-eu"));
    let first = submit(&harness, "tenant-0042-eu", job("eu"));
    let other = submit(&harness, "tenant-0042-us", job("us"));
    harness.settle().await;
    let second = submit(&harness, "tenant-0042-eu", job("eu"));
    assert_eq!(first.await.expect_err("replaced").to_string(), "canceled by a replacement");
    assert_eq!(second.await.expect("a value"), "42 eu");
    assert_eq!(other.await.expect("a value"), "42 us");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_drop_if_running_is_refused_while_the_other_runs() {
    let harness = Harness::new();
    let first = submit(&harness, "the one", exclusive {});
    let error = harness.submit(exclusive {}).expect_err("busy");
    assert!(matches!(error.reason(), RuntimeError::Busy { slot, .. } if slot == "the one"));
    first.await.expect("done");
    submit(&harness, "the one", error.into_submission()).await.expect("done");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn all_jobs_share_one_namespace_of_slots() {
    let harness = Harness::new();
    let first = submit(&harness, "the one", exclusive {});
    let error = harness.submit(in_the_same_slot {}).expect_err("the slot is owned by another job");
    assert!(matches!(error.reason(), RuntimeError::Busy { slot, .. } if slot == "the one"));
    first.await.expect("done");
    harness.finish().await;
}

/// `{…:?}` puts a text in quotes and escapes the quotes in it, so that the text cannot run into the next one.
#[test]
fn arguments_that_contain_the_separator_need_quotes() {
    let pairs = [("1-2", "3"), ("1", "2-3")];
    let [one, other] = pairs.map(|(project, branch)| ambiguous { project, branch }.slot());
    assert_eq!(one, other);
    let [one, other] = pairs.map(|(project, branch)| unambiguous { project, branch }.slot());
    assert_ne!(one, other);
}

#[tokio::test(start_paused = true)]
async fn the_newest_latest_supersedes_the_others() {
    let harness = Harness::new();
    let jobs = [1, 2, 3].map(|number| submit(&harness, "newest", newest { number }));
    let [first, second, third] = jobs;
    let JobError::Ended(outcome) = second.await.expect_err("superseded") else { panic!("it ended") };
    assert!(is_rejected(&outcome, Rejection::Superseded));
    assert_eq!(first.await.expect("a value"), 1);
    assert_eq!(third.await.expect("a value"), 3);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_queue_is_as_long_as_declared() {
    let harness = Harness::new();
    let _jobs = [(); 2].map(|()| submit(&harness, "short", short_queue {}));
    let error = harness.submit(short_queue {}).expect_err("the queue is full");
    assert!(matches!(error.reason(), RuntimeError::QueueFull { .. }));
    let third = harness.submit_wait(error.into_submission()).await.expect("there is room in a second");
    harness.watch_in("short", third.task());
    third.await.expect("done");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn one_submission_may_have_rules_of_its_own() {
    let harness = Harness::new();
    let declared = submit(&harness, "tenant-1", sync_tenant { tenant: 1, revision: 1 });
    let express = sync_tenant { tenant: 1, revision: 2 }.with_slot("express").with_timeout(seconds(5));
    let express = harness.submit(express).expect("accepted");
    harness.watch_in("express", express.task());
    let dropped = sync_tenant { tenant: 1, revision: 3 }.with_admission(Admission::DropIfRunning);
    let error = harness.submit(dropped).expect_err("busy");
    assert_eq!(error.into_submission().into_job().revision, 3);
    assert_eq!(express.await.expect("a value"), (1, 2));
    assert_eq!(declared.await.expect("a value"), (1, 1));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_awaits_itself_in_its_own_slot_gets_an_error() {
    let harness = Harness::new();
    assert_eq!(in_time(submit(&harness, "own", awaits_itself { depth: 3 })).await.expect("a value"), 3);
    let report = harness.run_until(Vec::new(), std::future::pending::<()>()).await.expect("in order");
    assert_eq!(report.completed, 4, "each job got the error, and each ran: {report}");
    harness.finish().await;
}

#[job(slot = "{region}")]
async fn only_argument(region: &'static str) {}

#[tokio::test(start_paused = true)]
async fn a_slot_that_the_arguments_leave_empty_is_refused() {
    let harness = Harness::new();
    let problem = "the slot is empty or blank, and it is the key under which submissions compete: put fixed text beside the \
                   value, such as `region-`";
    for region in ["", " "] {
        let error = harness.submit(only_argument { region }).expect_err("the key is empty");
        assert_eq!(error.to_string(), format!("`only_argument`: {problem}"));
    }
    let error = harness.submit(exclusive {}.with_slot("")).expect_err("the key is empty");
    assert_eq!(error.to_string(), format!("`exclusive`: {problem}"));
    harness.finish().await;
}
