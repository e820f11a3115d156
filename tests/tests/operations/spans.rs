//! The spans around bodies: everything that a body logs carries its task and its attempt.

use std::time::Duration;

use taskvisor::{Config, Supervisor, TaskContext, TaskError, TaskFn, TaskHandle, TaskRef, TaskSpec};
use tokio::task::yield_now;
use tokio::time::sleep;
use tracing::subscriber::set_default;
use tracing::{Instrument, Span, info, info_span};

use crate::recording::{Lines, Recorder};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn supervisor() -> Supervisor {
    Supervisor::new(Config::default(), Vec::new())
}

pub(crate) fn retried(task: TaskRef) -> TaskSpec {
    let backoff = taskvisor::BackoffPolicy::constant(SECOND);
    TaskSpec::on_failure(task).with_backoff(backoff)
}

/// A task that logs before and after an `.await`, and whose first attempt fails.
pub(crate) fn logging(name: &'static str) -> TaskRef {
    TaskFn::arc(name, |context: TaskContext| async move {
        info!("begin");
        sleep(SECOND).await;
        info!("end");
        if context.attempt() == 1 { Err(TaskError::fail("no answer")) } else { Ok(()) }
    })
}

/// Logs when it is dropped.
pub(crate) struct LogsDrop(pub(crate) &'static str);

impl Drop for LogsDrop {
    fn drop(&mut self) {
        info!("{}", self.0);
    }
}

async fn ended(task: TaskHandle) {
    task.outcome().await;
}

#[tokio::test(start_paused = true)]
async fn a_body_logs_its_task_and_attempt() {
    let lines = Lines::default();
    let _default = set_default(lines.subscriber());
    let supervisor = supervisor();
    let task = supervisor.add_task(retried(logging("poll"))).expect("accepted");
    let id = task.id();
    ended(task).await;
    let line = |attempt, text| {
        format!("INFO task{{name=\"poll\" id={id} attempt={attempt}}}: operations::spans: {text}")
    };
    assert_eq!(lines.take(), [line(1, "begin"), line(1, "end"), line(2, "begin"), line(2, "end")]);
}

#[tokio::test(start_paused = true)]
async fn an_instance_logs_its_number() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let body = TaskFn::shared("consume", || async {
        info!("here");
        Ok(())
    });
    let spec = TaskSpec::once(body).with_instances(2);
    let tasks = supervisor.add_instances(spec).expect("accepted");
    for task in tasks {
        ended(task).await;
    }
    assert_eq!(
        recorder.take_with("log"),
        [
            "log here in task{name=consume/0 instance=0 attempt=1}",
            "log here in task{name=consume/1 instance=1 attempt=1}",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn tasks_of_one_thread_do_not_mix() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let body = |name| {
        TaskFn::arc(name, |context: TaskContext| async move {
            for _ in 0..3 {
                info!("{}", context.name());
                yield_now().await;
            }
            Ok(())
        })
    };
    let tasks = ["one", "two"].map(|name| supervisor.add_task(TaskSpec::once(body(name))).expect("accepted"));
    for task in tasks {
        ended(task).await;
    }
    let logs = recorder.take_with("log");
    assert!(!logs.is_sorted(), "the polls of both alternate: {logs:?}");
    for name in ["one", "two"] {
        let line = format!("log {name} in task{{name={name} attempt=1}}");
        assert_eq!(logs.iter().filter(|log| **log == line).count(), 3, "{logs:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_spawned_child_takes_the_span_along() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let body = TaskFn::arc("parent", || async {
        let child = tokio::spawn(async { info!("child") }.in_current_span());
        let other = tokio::spawn(async { info!("own") }.instrument(info_span!("own")));
        let _ = tokio::join!(child, other);
        tokio::spawn(async { info!("bare") }).await.map_err(TaskError::fail)
    });
    let supervisor = supervisor();
    ended(supervisor.add_task(TaskSpec::once(body)).expect("accepted")).await;
    assert_eq!(
        recorder.take_with("log"),
        [
            "log child in task{name=parent attempt=1}",
            "log own in task{name=parent attempt=1}:own{}",
            "log bare in none",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_closure_and_the_destructor_are_inside() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let body = TaskFn::arc("slow", || {
        info!("closure");
        let guard = LogsDrop("dropped");
        async move {
            let _guard = guard;
            std::future::pending::<Result<(), TaskError>>().await
        }
    });
    let spec = TaskSpec::once(body).with_timeout(SECOND);
    let supervisor = supervisor();
    ended(supervisor.add_task(spec).expect("accepted")).await;
    assert_eq!(
        recorder.take(),
        [
            "open task{name=slow attempt=1} in none",
            "log closure in task{name=slow attempt=1}",
            "log dropped in task{name=slow attempt=1}",
            "close task{name=slow attempt=1}",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_panic_leaves_no_span_entered() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let in_the_body = TaskFn::arc("body", || async {
        yield_now().await;
        panic!("body")
    });
    let in_the_closure = TaskFn::arc("closure", |context: TaskContext| {
        assert!(context.attempt() > 1, "closure");
        async { Ok(()) }
    });
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("destructor");
        }
    }
    let in_a_destructor = TaskFn::arc("destructor", || {
        let guard = Panics;
        async move {
            let _guard = guard;
            std::future::pending::<Result<(), TaskError>>().await
        }
    });
    for task in [in_the_body, in_the_closure, in_a_destructor] {
        let spec = TaskSpec::once(task).with_timeout(SECOND);
        let task = supervisor.add_task(spec).expect("accepted");
        assert!(task.outcome().await.is_failed());
        assert!(Span::current().is_none());
        assert_eq!(recorder.entered(), 0);
        let close = format!("close task{{name={} attempt=1}}", task.name());
        assert_eq!(recorder.take_with("close"), [close]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_attempt_finds_a_late_subscriber() {
    let recorder = Recorder::default();
    let supervisor = supervisor();
    let task = supervisor.add_task(retried(logging("poll"))).expect("accepted");
    sleep(SECOND / 2).await;
    let _default = set_default(recorder.subscriber());
    ended(task).await;
    assert_eq!(
        recorder.take_with("log"),
        ["log end in none", "log begin in task{name=poll attempt=2}", "log end in task{name=poll attempt=2}",]
    );
}
