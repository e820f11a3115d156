//! Threads with subscribers of their own, and subscribers that are not interested.

use taskvisor::{TaskFn, TaskSpec};
use tokio::runtime::Builder;
use tracing::info;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::{set_default, with_default};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry};

use crate::recording::Recorder;
use crate::spans::{logging, retried, supervisor};
use crate::spans_jobs::in_slot;

#[test]
fn the_subscriber_of_the_submitter_gets_all_spans_of_a_job() {
    let (of_the_submitter, of_the_runtime) = (Recorder::default(), Recorder::default());
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
    let supervisor = supervisor();
    let job = {
        let _entered = runtime.enter();
        let spec = retried(logging("sync")).with_max_retries(1);
        let submit = || supervisor.submit(in_slot(spec, "a")).expect("accepted");
        with_default(of_the_submitter.subscriber(), submit)
    };
    let outcome = with_default(of_the_runtime.subscriber(), || runtime.block_on(job.outcome()));
    assert!(outcome.is_completed(), "{outcome}");
    let opened = of_the_submitter.take_with("open");
    assert_eq!(
        opened,
        [
            "open job{name=sync slot=a} in none",
            "open attempt{attempt=1} in job{name=sync slot=a}",
            "open attempt{attempt=2} in job{name=sync slot=a}",
        ]
    );
    assert_eq!(of_the_runtime.take_with("open"), [""; 0]);
}

/// Runs a job and a task, and returns what is recorded.
async fn filtered(filter: impl Layer<Registry> + Send + Sync) -> Vec<String> {
    let recorder = Recorder::default();
    let _default = set_default(Registry::default().with(filter).with(recorder.clone()));
    let supervisor = supervisor();
    let body = || {
        TaskFn::arc("quiet", || async {
            info!("here");
            Ok(())
        })
    };
    let job = supervisor.submit(in_slot(TaskSpec::once(body()), "a")).expect("accepted");
    assert!(job.outcome().await.is_completed());
    assert!(supervisor.add_task(TaskSpec::once(body())).expect("accepted").outcome().await.is_completed());
    recorder.take()
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_without_the_level_gets_no_span() {
    assert_eq!(filtered(LevelFilter::WARN).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_without_the_target_gets_no_span() {
    let others = filter_fn(|metadata| metadata.target() != "taskvisor::task");
    assert_eq!(filtered(others).await, ["log here in none", "log here in none"]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_needs_no_span_of_its_job() {
    let no_jobs = filter_fn(|metadata| metadata.name() != "job");
    assert_eq!(
        filtered(no_jobs).await[..3],
        [
            "open task{name=quiet attempt=1} in none",
            "log here in task{name=quiet attempt=1}",
            "close task{name=quiet attempt=1}",
        ]
    );
}
