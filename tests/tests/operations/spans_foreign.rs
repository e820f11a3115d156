//! Threads with subscribers of their own, and subscribers that are not interested.

use taskvisor::{TaskFn, TaskSpec};
use tokio::runtime::Builder;
use tracing::info;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::{set_default, with_default};
use tracing_subscriber::layer::SubscriberExt;

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
        let submit = || supervisor.submit(in_slot(retried(logging("sync")), "a")).expect("accepted");
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

#[tokio::test(start_paused = true)]
async fn a_subscriber_that_filters_spans_gets_none() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber().with(LevelFilter::WARN));
    let supervisor = supervisor();
    let body = || {
        TaskFn::arc("quiet", || async {
            info!("filtered");
            Ok(())
        })
    };
    let job = supervisor.submit(in_slot(TaskSpec::once(body()), "a")).expect("accepted");
    assert!(job.outcome().await.is_completed());
    assert!(supervisor.add_task(TaskSpec::once(body())).expect("accepted").outcome().await.is_completed());
    assert_eq!(recorder.take(), [""; 0]);
}
