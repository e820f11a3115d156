//! Parameters of a task's closure: none to four, each extracted from the context.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use taskvisor::{
    AppContext, CancellationToken, Config, FromApp, FromContext, Needs, State, SupervisorHandle, TaskContext,
    TaskError, TaskFn, TaskRef,
};
use tests::{Harness, Rules};

struct Db {
    queries: AtomicUsize,
}

struct Cache;

fn with_db() -> Harness {
    Harness::build(Config::default(), |builder| builder.state(Db { queries: AtomicUsize::new(0) }))
}

/// Runs a task once and expects it to complete. A failed assertion in the task panics, so the task does not complete.
async fn completes(harness: Harness, task: TaskRef) {
    let task = harness.add(Rules::never(), task);
    let outcome = harness.outcome(&task).await;
    assert!(outcome.is_completed(), "{outcome}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn none() {
    completes(Harness::new(), TaskFn::arc("work", || async { Ok(()) })).await;
}

#[tokio::test(start_paused = true)]
async fn the_context() {
    let task = TaskFn::arc("work", |context: TaskContext| async move {
        assert_eq!((context.name(), context.attempt()), ("work", 1));
        Ok(())
    });
    completes(Harness::new(), task).await;
}

#[tokio::test(start_paused = true)]
async fn the_token_is_that_of_the_attempt() {
    let harness = Harness::new();
    let task = TaskFn::arc("work", |token: CancellationToken, context: TaskContext| async move {
        assert!(!token.is_cancelled());
        token.cancelled().await;
        assert!(context.is_cancelled());
        Err(TaskError::Canceled)
    });
    let task = harness.add(Rules::always(), task);
    harness.reach(&task, 1).await;
    assert!(harness.cancel(&task));
    assert!(harness.outcome(&task).await.is_canceled());
    assert_eq!(harness.finish().await.of(&task)[2], "canceled 1");
}

#[tokio::test(start_paused = true)]
async fn the_supervisor() {
    let task = TaskFn::arc("work", |supervisor: SupervisorHandle| async move {
        let names: Vec<_> = supervisor.tasks().into_iter().map(|task| task.name).collect();
        assert_eq!(names, ["work"]);
        Ok(())
    });
    completes(Harness::new(), task).await;
}

#[tokio::test(start_paused = true)]
async fn a_state_is_the_same_value_for_all() {
    let harness = with_db();
    let query = |State(db): State<Db>| async move {
        db.queries.fetch_add(1, Ordering::Relaxed);
        Ok(())
    };
    let tasks = ["one", "two", "three"].map(|name| harness.add(Rules::never(), TaskFn::arc(name, query)));
    for task in &tasks {
        assert!(harness.outcome(task).await.is_completed());
    }
    let total = TaskFn::arc("total", |db: State<Db>| async move {
        assert_eq!(db.queries.load(Ordering::Relaxed), 3);
        Ok(())
    });
    completes(harness, total).await;
}

#[tokio::test(start_paused = true)]
async fn an_optional_state_is_present_only_if_registered() {
    let task = TaskFn::arc("work", |db: Option<State<Db>>, cache: Option<State<Cache>>| async move {
        assert!(db.is_some());
        assert!(cache.is_none());
        Ok(())
    });
    completes(with_db(), task).await;
}

#[tokio::test(start_paused = true)]
async fn three() {
    let task =
        TaskFn::arc("work", |context: TaskContext, _: State<Db>, supervisor: SupervisorHandle| async move {
            assert!(supervisor.is_alive(context.name()));
            Ok(())
        });
    completes(with_db(), task).await;
}

#[tokio::test(start_paused = true)]
async fn four() {
    let task = TaskFn::arc(
        "work",
        |context: TaskContext, token: CancellationToken, db: State<Db>, supervisor: SupervisorHandle| async move {
            assert!(!token.is_cancelled());
            assert_eq!(db.queries.load(Ordering::Relaxed), 0);
            assert_eq!(supervisor.task(context.name()).map(|task| task.id()), Some(context.id()));
            Ok(())
        },
    );
    completes(with_db(), task).await;
}

struct Label(String);

impl FromContext for Label {
    fn from_context(context: &TaskContext) -> Self {
        Self(format!("{}/{}", context.name(), context.attempt()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_custom_extractor_runs_again_for_every_attempt() {
    let harness = Harness::new();
    let task = TaskFn::arc("work", |Label(label): Label| async move { Err(TaskError::fail(label)) });
    let task = harness.add(Rules::on_failure().without_backoff().max_retries(1), task);
    harness.outcome(&task).await;
    let event_log = harness.finish().await;
    assert_eq!(
        event_log.of(&task),
        [
            "added",
            "started 1",
            "failed 1: work/1",
            "backoff 1: 0ns",
            "started 2",
            "failed 2: work/2",
            "gave_up after 2",
            "ended failed: work/2",
            "removed"
        ]
    );
}

struct Repository(Arc<Db>);

impl FromApp for Repository {
    fn from_app(app: &AppContext) -> Self {
        Self(app.state().expect("the extractor declares this state"))
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.state::<Db>();
    }
}

#[tokio::test(start_paused = true)]
async fn a_custom_extractor_reads_a_state() {
    let task = TaskFn::arc("work", |Repository(db): Repository| async move {
        assert_eq!(db.queries.load(Ordering::Relaxed), 0);
        Ok(())
    });
    completes(with_db(), task).await;
}

#[tokio::test(start_paused = true)]
async fn a_custom_extractor_whose_state_is_missing_is_refused() {
    let harness = Harness::new();
    let task = TaskFn::arc("work", |_: Repository| async { Ok(()) });
    let refused = harness.add_task(harness.spec(Rules::never(), task));
    assert!(matches!(
        refused.expect_err("the state is not registered").reason(),
        taskvisor::RuntimeError::MissingState { .. }
    ));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_extractor_that_panics_is_a_panic_of_the_attempt() {
    struct Broken;
    impl FromContext for Broken {
        fn from_context(_: &TaskContext) -> Self {
            panic!("cannot be made")
        }
    }
    let harness = Harness::new();
    let task = harness.add(Rules::never(), TaskFn::arc("work", |_: Broken| async { Ok(()) }));
    assert!(harness.outcome(&task).await.is_failed());
    assert_eq!(harness.finish().await.of(&task)[2], "panicked 1: panicked: cannot be made");
}
