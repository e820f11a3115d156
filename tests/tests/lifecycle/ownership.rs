//! Which handles keep a supervisor alive, and what happens when the last one is dropped.

use std::sync::OnceLock;
use std::time::Duration;

use taskvisor::{
    Config, EventName, Phase, RuntimeError, State, Supervisor, SupervisorHandle, TaskContext, TaskError,
    TaskFn,
};
use tests::{Rules, Script, Step, Trace};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::drops::Witness;

async fn settle() {
    for _ in 0..64 {
        yield_now().await;
    }
}

/// A state in which a task stores a handle to the supervisor that owns the state.
struct Registry {
    supervisor: OnceLock<SupervisorHandle>,
    _witness: Witness,
}

#[tokio::test(start_paused = true)]
async fn a_handle_in_a_state_does_not_keep_the_supervisor_alive() {
    let (trace, (witness, dropped)) = (Trace::new(), Witness::new());
    let state = Registry { supervisor: OnceLock::new(), _witness: witness };
    let builder = Supervisor::builder(Config::default()).state(state).subscriber(trace.subscriber());
    let supervisor = builder.build();
    let storing = |state: State<Registry>, context: TaskContext| async move {
        state.supervisor.get_or_init(|| context.supervisor());
        context.cancelled().await;
        Err(TaskError::Canceled)
    };
    let spec = trace.spec(Rules::never(), TaskFn::arc("storing", storing));
    let task = supervisor.add_task(spec).expect("accepted");
    settle().await;
    assert!(!dropped.is_dropped());
    drop(supervisor);
    let outcome = task.outcome().await;
    assert!(outcome.is_canceled(), "{outcome}");
    trace.ended(&task, outcome);
    settle().await;
    assert!(dropped.is_dropped());
    trace.check();
}

#[tokio::test(start_paused = true)]
async fn dropping_the_last_supervisor_requests_stops_without_blocking() {
    let trace = Trace::new();
    let config = Config::default().with_grace(Duration::from_secs(3));
    let supervisor = Supervisor::new(config, vec![trace.subscriber()]);
    let add = |name, step| {
        supervisor.add_task(trace.spec(Rules::never(), Script::task(name, [step]))).expect("accepted")
    };
    let (cooperative, deaf) = (add("cooperative", Step::UntilStopped), add("deaf", Step::Hang));
    let clone = supervisor.clone();
    drop(supervisor);
    sleep(Duration::from_secs(60)).await;
    assert!(matches!(cooperative.status().phase, Phase::Running { .. }));
    assert!(!cooperative.status().stopping);

    let began = Instant::now();
    drop(clone);
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert!(cooperative.status().stopping && deaf.status().stopping);
    trace.ended(&cooperative, cooperative.outcome().await);
    trace.ended(&deaf, deaf.outcome().await);
    assert_eq!(began.elapsed(), Duration::from_secs(3));
    settle().await;
    let event_log = trace.check();
    assert_eq!(event_log.of(&cooperative)[2..], ["canceled 1", "ended canceled by shutdown", "removed"]);
    assert_eq!(event_log.of(&deaf)[2..], ["aborted 1", "ended aborted", "removed"]);
    assert_eq!(event_log.count(EventName::ShutdownRequested), 1);
}

#[tokio::test(start_paused = true)]
async fn a_handle_that_outlives_its_supervisor_returns_errors() {
    let trace = Trace::new();
    let supervisor = Supervisor::new(Config::default(), vec![trace.subscriber()]);
    let handle = supervisor.handle();
    drop(supervisor);
    settle().await;
    let refused = handle.add_task(trace.spec(Rules::never(), Script::task("late", [Step::Succeed])));
    assert!(matches!(refused.expect_err("the supervisor is gone").reason(), RuntimeError::ShuttingDown));
    assert!(handle.tasks().is_empty());
    assert!(handle.task("late").is_none());
    assert!(!handle.is_alive("late"));
    handle.cancel("late").await.expect_err("the supervisor is gone");
    handle.remove_task("late").expect_err("the supervisor is gone");
    handle.stop();
    handle.shutdown().await.expect("the shutdown is over");
    trace.check();
}

#[test]
fn a_supervisor_that_never_saw_a_runtime_can_be_dropped() {
    let (trace, (witness, dropped)) = (Trace::new(), Witness::new());
    let builder = Supervisor::builder(Config::default()).state(witness).subscriber(trace.subscriber());
    drop(builder.build());
    assert!(dropped.is_dropped());
    trace.check();
}

#[tokio::test(start_paused = true)]
async fn a_task_may_own_the_last_supervisor_and_drop_it() {
    let trace = Trace::new();
    let supervisor = Supervisor::new(Config::default(), vec![trace.subscriber()]);
    let handle = supervisor.handle();
    let owned = std::sync::Mutex::new(Some(supervisor));
    let owner = TaskFn::arc("owner", move |context: TaskContext| {
        let owned = owned.lock().expect("a lock").take();
        async move {
            drop(owned);
            if context.is_cancelled() { Err(TaskError::Canceled) } else { Ok(()) }
        }
    });
    let task = handle.add_task(trace.spec(Rules::always(), owner)).expect("accepted");
    let outcome = task.outcome().await;
    assert!(outcome.is_canceled(), "{outcome}");
    trace.ended(&task, outcome);
    settle().await;
    trace.check();
}
