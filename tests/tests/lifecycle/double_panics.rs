//! Two user values that panic when they are dropped together. The second panic, during the unwinding of the first,
//! would abort the process. So each of these tests runs in a separate process.

use std::future::pending;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};
use std::time::Duration;

use taskvisor::{
    Config, Event, FailureKind, RuntimeError, Subscribe, Supervisor, TaskError, TaskFn, TaskRef,
};
use tests::{Harness, Rules, Trace};
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

use crate::drops::{Bomb, Dropped};
use crate::own_process::in_a_process_of_its_own;
use crate::parked;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime")
}

/// Creates bombs and tracks whether they were dropped.
#[derive(Default)]
struct Magazine(Mutex<Vec<Dropped>>);

impl Magazine {
    fn bomb(&self) -> Bomb {
        let (bomb, dropped) = Bomb::new();
        self.0.lock().expect("a lock").push(dropped);
        bomb
    }

    #[track_caller]
    fn assert_all_dropped(&self, count: usize) {
        let dropped = self.0.lock().expect("a lock");
        assert_eq!(dropped.iter().filter(|dropped| dropped.is_dropped()).count(), dropped.len());
        assert_eq!(dropped.len(), count);
    }
}

fn magazine() -> &'static Magazine {
    Box::leak(Box::default())
}

/// A future that never ends and panics when dropped.
struct Explosive(#[expect(dead_code, reason = "it is dropped")] Bomb);

impl Future for Explosive {
    type Output = Result<(), TaskError>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Pending
    }
}

/// A task whose value and future panic when dropped.
fn explosive(name: &'static str, magazine: &'static Magazine) -> TaskRef {
    let value = magazine.bomb();
    TaskFn::arc(name, move || {
        let _value = &value;
        Explosive(magazine.bomb())
    })
}

/// Only the runtime holds these errors: no event and no handle does.
#[test]
fn errors_that_panic_in_drop_are_contained() {
    let name = "double_panics::errors_that_panic_in_drop_are_contained";
    in_a_process_of_its_own(name, || {
        let magazine = magazine();
        runtime().block_on(async {
            let supervisor = Supervisor::new(Config::default(), Vec::new());
            let spec = |name| {
                let body = TaskFn::arc(name, || async { Err(TaskError::fail(magazine.bomb())) });
                Rules::on_failure().without_backoff().max_retries(2).spec(body)
            };
            let specs = vec![spec("one"), spec("two"), spec("three")];
            let report = supervisor.run_until(specs, pending::<()>()).await.expect("in order");
            for task in &report.failures {
                assert_eq!((task.failure.kind(), task.failure.attempt()), (FailureKind::Error, 3));
            }
            assert_eq!(report.failures.len(), 3);
            drop((supervisor, report));
        });
        magazine.assert_all_dropped(9);
    });
}

#[test]
fn drop_panics_of_refused_tasks_do_not_reach_the_caller_of_run() {
    let name = "double_panics::drop_panics_of_refused_tasks_do_not_reach_the_caller_of_run";
    in_a_process_of_its_own(name, || {
        let magazine = magazine();
        runtime().block_on(async {
            let harness = Harness::new();
            let spec = |name| harness.spec(Rules::never(), explosive(name, magazine));
            let hasty = spec("hasty").with_timeout(Duration::ZERO);
            let refused = harness.run(vec![spec("good"), spec("twin"), spec("twin"), hasty]).await;
            assert!(matches!(refused, Err(RuntimeError::Refused(_))), "{refused:?}");
            magazine.assert_all_dropped(4);
            assert!(harness.tasks().is_empty());
            harness.finish().await;
        });
    });
}

#[test]
fn states_that_panic_in_drop_are_contained() {
    struct Other(#[expect(dead_code, reason = "it is dropped")] Bomb);
    let name = "double_panics::states_that_panic_in_drop_are_contained";
    in_a_process_of_its_own(name, || {
        let magazine = magazine();
        let trace = Trace::new();
        let builder = Supervisor::builder(Config::default()).subscriber(trace.subscriber());
        drop(builder.state(magazine.bomb()).state(Other(magazine.bomb())).build());
        magazine.assert_all_dropped(2);
        trace.check();
    });
}

#[test]
fn drop_panics_at_the_end_of_a_runtime_are_contained() {
    let name = "double_panics::drop_panics_at_the_end_of_a_runtime_are_contained";
    in_a_process_of_its_own(name, || {
        let (magazine, runtime) = (magazine(), runtime());
        let builder = Supervisor::builder(Config::default());
        let supervisor = builder.runtime(runtime.handle().clone()).build();
        let add = |name| supervisor.add_task(Rules::never().spec(explosive(name, magazine)));
        let tasks = ["one", "two"].map(|name| add(name).expect("accepted"));
        runtime.block_on(yield_now());
        drop(runtime);
        for task in tasks {
            assert!(parked::now(task.outcome()).is_some_and(|outcome| outcome.is_aborted()));
        }
        magazine.assert_all_dropped(4);
    });
}

/// A subscriber that gets stuck on its first event. The subscriber and its future panic when dropped.
struct Unstable(&'static Magazine, #[expect(dead_code, reason = "it is dropped")] Bomb);

impl Subscribe for Unstable {
    async fn on_event(&mut self, _: &Event) {
        let _held = self.0.bomb();
        pending().await
    }
}

#[test]
fn drop_panics_of_subscribers_after_the_drain_are_contained() {
    let name = "double_panics::drop_panics_of_subscribers_after_the_drain_are_contained";
    in_a_process_of_its_own(name, || {
        let magazine = magazine();
        runtime().block_on(async {
            let harness = Harness::build(Config::default(), |builder| {
                let unstable = || Unstable(magazine, magazine.bomb());
                builder.subscriber(unstable()).subscriber(unstable())
            });
            harness.shutdown().await.expect("no task is stuck");
            harness.settle().await;
            harness.finish().await;
        });
        magazine.assert_all_dropped(4);
    });
}

#[test]
fn unused_subscribers_that_panic_in_drop_are_contained() {
    let name = "double_panics::unused_subscribers_that_panic_in_drop_are_contained";
    in_a_process_of_its_own(name, || {
        let magazine = magazine();
        let unstable = || Unstable(magazine, magazine.bomb()).into();
        drop(Supervisor::new(Config::default(), vec![unstable(), unstable()]));
        magazine.assert_all_dropped(2);
    });
}
