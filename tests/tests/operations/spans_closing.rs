//! A span closes when what it stands for is over.

use taskvisor::prelude::*;
use taskvisor::{Admission, TaskFn, TaskSpec};
use tokio::runtime::Builder;
use tokio::time::sleep;
use tracing::subscriber::{set_default, with_default};

use crate::recording::Recorder;
use crate::spans::{LogsDrop, SECOND, logging, retried, supervisor};
use crate::spans_jobs::in_slot;

const CLOSED: [&str; 1] = ["close job{name=second slot=a}"];

fn endless(name: &'static str) -> TaskSpec {
    TaskSpec::once(TaskFn::arc(name, |context: TaskContext| async move {
        context.cancelled().await;
        Err(TaskError::Canceled)
    }))
}

#[tokio::test(start_paused = true)]
async fn an_attempt_closes_before_its_backoff() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let task = supervisor.add_task(retried(logging("poll"))).expect("accepted");
    sleep(SECOND + SECOND / 2).await;
    assert!(task.status().phase.is_sleeping());
    assert_eq!(recorder.take_with("close"), ["close task{name=poll attempt=1}"]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_a_destructor_closes_the_attempt() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("destructor");
        }
    }

    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let body = TaskFn::arc("poll", || async {
        let _guard = Panics;
        std::future::pending::<Result<(), TaskError>>().await
    });
    let task = supervisor.add_task(retried(body).with_timeout(SECOND)).expect("accepted");
    sleep(SECOND + SECOND / 2).await;
    assert!(task.status().phase.is_sleeping());
    assert_eq!(recorder.take_with("close"), ["close task{name=poll attempt=1}"]);
    assert_eq!(recorder.entered(), 0);
}

#[cfg(feature = "macros")]
#[tokio::test(start_paused = true)]
async fn a_job_closes_before_its_value_is_taken() {
    #[job(slot = "a")]
    async fn value() -> u32 {
        42
    }

    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let job = supervisor.submit(value {}).expect("accepted");
    sleep(SECOND).await;
    assert_eq!(recorder.take_with("close"), ["close attempt{attempt=1}", "close job{name=value slot=a}"]);
    assert_eq!(job.await.expect("a value"), 42);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_withdrawn_closes() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let _first = supervisor.submit(in_slot(endless("first"), "a")).expect("accepted");
    let second = supervisor.submit(in_slot(endless("second"), "a")).expect("accepted");
    second.cancel();
    second.outcome().await;
    assert_eq!(recorder.take_with("close"), CLOSED);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_expires_closes() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let _first = supervisor.submit(in_slot(endless("first"), "a")).expect("accepted");
    let second = in_slot(endless("second"), "a").with_expires(SECOND);
    assert!(supervisor.submit(second).expect("accepted").outcome().await.is_rejected());
    assert_eq!(recorder.take_with("close"), CLOSED);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_superseded_closes() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let latest = |name| ControllerSpec::new(endless(name), Admission::Latest).with_slot("a");
    let _first = supervisor.submit(latest("first")).expect("accepted");
    sleep(SECOND).await;
    let second = supervisor.submit(latest("second")).expect("accepted");
    let _third = supervisor.submit(latest("third")).expect("accepted");
    assert!(second.outcome().await.is_rejected());
    assert_eq!(recorder.take_with("close"), CLOSED);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_closes_all_spans() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let _first = supervisor.submit(in_slot(endless("first"), "a")).expect("accepted");
    let _second = supervisor.submit(in_slot(endless("second"), "a")).expect("accepted");
    let _task = supervisor.add_task(endless("poll")).expect("accepted");
    sleep(SECOND).await;
    supervisor.shutdown().await.expect("all of them stop");
    let mut closed = recorder.take_with("close");
    closed.sort_unstable();
    assert_eq!(
        closed,
        [
            "close attempt{attempt=1}",
            "close job{name=first slot=a}",
            "close job{name=second slot=a}",
            "close task{name=poll attempt=1}",
        ]
    );
}

#[test]
fn a_runtime_that_is_dropped_closes_all_spans() {
    let recorder = Recorder::default();
    with_default(recorder.subscriber(), || {
        let runtime =
            Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
        let supervisor = supervisor();
        runtime.block_on(async {
            let guarded = TaskFn::arc("first", || async {
                let _guard = LogsDrop("dropped");
                std::future::pending().await
            });
            let _first = supervisor.submit(in_slot(TaskSpec::once(guarded), "a")).expect("accepted");
            let _second = supervisor.submit(in_slot(endless("second"), "a")).expect("accepted");
            sleep(SECOND).await;
        });
        recorder.take();
        drop(runtime);
    });
    let mut records = recorder.take();
    records.sort_unstable();
    assert_eq!(
        records,
        [
            "close attempt{attempt=1}",
            "close job{name=first slot=a}",
            "close job{name=second slot=a}",
            "log dropped in job{name=first slot=a}:attempt{attempt=1}",
        ]
    );
    assert_eq!(recorder.entered(), 0);
}
