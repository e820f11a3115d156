//! Jobs that `#[job]` declares: arguments are fields, extractors are injected, the function stays a function.

use std::num::ParseIntError;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::prelude::*;
use taskvisor::{JobError, RestartPolicy};
use tests::{Harness, Rules};

use crate::support::{SECOND, outcome_of};

#[derive(Default)]
struct Calls(AtomicU32);

/// Parses a number.
#[job]
async fn parse(text: String) -> Result<u64, ParseIntError> {
    text.trim().parse()
}

#[job]
async fn double(number: u32) -> u32 {
    number * 2
}

#[job]
async fn count(calls: State<Calls>) -> u32 {
    calls.0.0.fetch_add(1, Ordering::SeqCst) + 1
}

type Answer<T> = Result<T, anyhow::Error>;

#[job(name = "aliased")]
async fn through_an_alias(number: i64) -> Answer<i64> {
    anyhow::ensure!(number >= 0, "negative");
    Ok(number)
}

#[job]
async fn call(times: u32, calls: State<Calls>, ctx: TaskContext) -> String {
    let before = calls.0.0.fetch_add(times, Ordering::SeqCst);
    format!("{} {}: {}", ctx.name(), ctx.attempt(), before + times)
}

#[job(max_retries = 2, backoff = "none")]
async fn third_time(_label: &'static str, calls: State<Calls>) -> anyhow::Result<u32> {
    let call = calls.0.0.fetch_add(1, Ordering::SeqCst) + 1;
    if call < 3 {
        anyhow::bail!("call {call}");
    }
    Ok(call)
}

#[job]
async fn nothing_to_say() {}

#[job(timeout = "1s")]
async fn sleepy(ctx: TaskContext) {
    ctx.cancelled().await;
}

#[job]
async fn outer(number: u32, supervisor: SupervisorHandle) -> Result<u32, TaskError> {
    let inner = supervisor.submit(double { number })?;
    Ok(inner.await? + 1)
}

fn with_calls() -> Harness {
    Harness::build(Config::default(), |builder| builder.state(Calls::default()))
}

/// Submits a job that makes one attempt.
fn submit<J: taskvisor::Job>(harness: &Harness, job: J) -> JobHandle<J::Value> {
    let Ok(job) = harness.submit(job) else { panic!("the job is accepted") };
    harness.trace().set_rules(job.name(), Rules::never());
    harness.watch(job.task());
    job
}

#[tokio::test(start_paused = true)]
async fn the_arguments_are_the_fields_and_the_value_comes_back() {
    let harness = Harness::new();
    let job = submit(&harness, parse { text: " 42 ".to_owned() });
    assert_eq!(job.name(), "parse");
    assert_eq!(job.await.expect("a number"), 42);
    assert_eq!(submit(&harness, double { number: 4 }).await.expect("a value"), 8);
    submit(&harness, nothing_to_say {}).await.expect("nothing");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_error_of_the_function_downcasts() {
    let harness = Harness::new();
    let error = submit(&harness, parse { text: "many".to_owned() }).await.expect_err("no number");
    assert!(error.downcast_ref::<ParseIntError>().is_some(), "{error}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_result_is_recognized_through_an_alias() {
    let harness = Harness::new();
    let job = submit(&harness, through_an_alias { number: 3 });
    assert_eq!(job.name(), "aliased");
    assert_eq!(job.await.expect("a value"), 3_i64);
    let error = submit(&harness, through_an_alias { number: -3 }).await.expect_err("negative");
    assert!(error.to_string().contains("negative"), "{error}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn extractors_are_injected_and_are_no_fields() {
    let harness = with_calls();
    assert_eq!(submit(&harness, call { times: 2 }).await.expect("a value"), "call 1: 2");
    assert_eq!(submit(&harness, call { times: 3 }).await.expect("a value"), "call 1: 5");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_missing_state_is_refused_and_the_job_comes_back() {
    let harness = Harness::new();
    let error = harness.submit(call { times: 7 }).expect_err("no state is registered");
    assert!(matches!(error.reason(), RuntimeError::MissingState { name, .. } if name == "call"), "{error}");
    assert_eq!(error.into_submission().times, 7);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_makes_one_attempt_despite_the_configuration() {
    for restart in [RestartPolicy::OnFailure, RestartPolicy::Always] {
        let harness = Harness::with_config(Config::default().with_restart(restart));
        submit(&harness, parse { text: "many".to_owned() }).await.expect_err("no number");
        assert_eq!(submit(&harness, double { number: 1 }).await.expect("a value"), 2);
        let event_log = harness.finish().await;
        assert_eq!(event_log.count(EventName::Started), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_is_retried_as_it_declares() {
    let harness = with_calls();
    harness.trace().set_rules("third_time", Rules::on_failure().without_backoff().max_retries(2));
    let job = harness.submit(third_time { _label: "x" }).expect("accepted");
    harness.watch(job.task());
    assert_eq!(job.await.expect("the third time"), 3);
    let event_log = harness.finish().await;
    assert_eq!(event_log.count(EventName::Backoff), 2);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_declared_and_changed_for_one_submission() {
    let harness = Harness::new();
    let timed_out = |error: JobError| matches!(error, JobError::Ended(Outcome::Failed(_)));
    assert!(timed_out(submit(&harness, sleepy {}).await.expect_err("too slow")));
    let longer = harness.submit(sleepy {}.with_timeout(SECOND * 3)).expect("accepted");
    harness.watch(longer.task());
    tokio::time::sleep(SECOND * 2).await;
    assert!(longer.cancel(), "it still runs");
    longer.await.expect("it returned after the stop request");
    let unlimited = harness.submit(sleepy {}.with_timeout(None)).expect("accepted");
    harness.watch(unlimited.task());
    tokio::time::sleep(SECOND * 2).await;
    assert!(unlimited.cancel(), "it still runs");
    unlimited.await.expect("it returned after the stop request");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_submits_another_and_awaits_it() {
    let harness = Harness::new();
    harness.trace().set_rules("double", Rules::never());
    assert_eq!(submit(&harness, outer { number: 4 }).await.expect("a value"), 9);
    harness.finish().await;
}

#[tokio::test]
async fn the_function_stays_callable_with_plain_values() {
    assert_eq!(parse("7".to_owned()).await, Ok(7));
    assert_eq!(double(7).await, 14);
    assert_eq!(through_an_alias(1).await.expect("a value"), 1);
    assert_eq!(count(State(Arc::new(Calls(AtomicU32::new(6))))).await, 7);
}

#[tokio::test(start_paused = true)]
async fn a_job_is_cloned_and_submitted_many_times() {
    let harness = Harness::new();
    let once = double { number: 5 };
    let jobs: Vec<_> = (0..10).map(|_| submit(&harness, once.clone())).collect();
    for job in jobs {
        let task = job.task().clone();
        assert_eq!(job.await.expect("a value"), 10);
        assert!(outcome_of(&task).await.is_completed());
    }
    harness.finish().await;
}

#[test]
fn what_was_declared_can_be_listed() {
    use taskvisor::Job;
    let descriptor = call::descriptor();
    assert_eq!((descriptor.name, call::NAME), ("call", "call"));
    let parameters: Vec<_> = descriptor.parameters.iter().map(|one| (one.name, one.type_name)).collect();
    assert_eq!(parameters, [("times", "u32")]);
    assert!(descriptor.location.file.ends_with("declared.rs") && descriptor.location.line > 0);
    assert_eq!(through_an_alias::NAME, "aliased");
}
