//! States in jobs: extracted anew for each attempt, and checked before a submission is accepted.

use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::__private::{ErasedBody, erase_job};
use taskvisor::{
    Admission, Config, FromContext, Job, JobDescriptor, Needs, RuntimeError, State, TaskContext,
};
use tests::{Harness, Rules};

use crate::support::one_attempt_job;

#[derive(Default)]
struct Counter(AtomicU32);

/// Adds to the counter, which is a state of the application.
#[derive(Clone, Debug, PartialEq)]
struct Count {
    by: u32,
}

static COUNT: JobDescriptor = JobDescriptor {
    admission: Admission::DropIfRunning,
    needs: |needs: &mut Needs<'_>| <State<Counter> as FromContext>::needs(needs),
    ..one_attempt_job("count")
};

impl Job for Count {
    type Value = u32;

    fn descriptor() -> &'static JobDescriptor {
        &COUNT
    }

    fn slot(&self) -> Option<std::sync::Arc<str>> {
        Some("counter".into())
    }

    fn body(self) -> ErasedBody {
        erase_job(self, |job, context: TaskContext| async move {
            let State(counter) = State::<Counter>::from_context(&context);
            Ok(counter.0.fetch_add(job.by, Ordering::SeqCst) + job.by)
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_is_given_the_state_of_its_application() {
    let harness = Harness::build(Config::default(), |builder| builder.state(Counter::default()));
    harness.trace().set_rules("count", Rules::never());
    for expected in [2, 4, 6] {
        let job = harness.submit(Count { by: 2 }).expect("admitted, because the one before was awaited");
        harness.watch_in("counter", job.task());
        assert_eq!(job.await.expect("a value"), expected);
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_whose_state_is_missing_is_refused_and_comes_back() {
    let harness = Harness::new();
    let error = harness.submit(Count { by: 2 }).expect_err("no counter is registered");
    let RuntimeError::MissingState { name, types, .. } = error.reason() else { panic!("{error}") };
    assert_eq!(name, "count");
    assert!(matches!(types[..], [one] if one.ends_with("Counter")), "{types:?}");
    assert_eq!(error.into_submission(), Count { by: 2 });
    assert!(harness.slots().is_empty());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_admission_that_a_job_declares_applies() {
    let harness = Harness::build(Config::default(), |builder| builder.state(Counter::default()));
    harness.trace().set_rules("count", Rules::never());
    let first = harness.submit(Count { by: 1 }).expect("the slot is idle");
    harness.watch_in("counter", first.task());
    let second = harness.submit(Count { by: 1 }).expect_err("it drops if running");
    assert!(matches!(second.reason(), RuntimeError::Busy { .. }));
    assert_eq!(first.await.expect("a value"), 1);
    let event_log = harness.finish().await;
    assert_eq!(event_log.ids_of("count").len(), 1);
}
