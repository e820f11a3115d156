//! Adding a task: admission is immediate, works from any thread, and never loses an accepted task.

use std::thread;
use std::time::Duration;

use taskvisor::{Config, EventName, RuntimeError, Supervisor, SupervisorHandle, TaskFn, TaskHandle, TaskRef};
use tests::{Harness, Rules, Script, Step, Trace, report_of};
use tokio::runtime::Builder;
use tokio::time::{Instant, advance};

use crate::parked;

const BURST: usize = 100_000;

fn numbered(number: usize) -> TaskRef {
    TaskFn::arc(format!("task-{number}"), || async { Ok(()) })
}

#[tokio::test(start_paused = true)]
async fn all_of_a_hundred_thousand_tasks_added_without_a_yield_end() {
    let harness = Harness::new();
    let tasks: Vec<_> = (0..BURST).map(|number| harness.add(Rules::never(), numbered(number))).collect();
    assert_eq!(harness.tasks().len(), BURST);
    for task in &tasks {
        assert!(task.outcome().await.is_completed());
    }
    assert!(harness.tasks().is_empty());
    let event_log = harness.finish().await;
    assert_eq!((event_log.count(EventName::Added), event_log.count(EventName::Ended)), (BURST, BURST));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_tasks_that_several_threads_add_at_once_end() {
    let harness = Harness::new();
    let tasks: Vec<TaskHandle> = thread::scope(|scope| {
        let add = |first: usize| {
            let harness = &harness;
            let numbers = (first..BURST).step_by(4);
            move || numbers.map(|number| harness.add(Rules::never(), numbered(number))).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..4).map(|first| scope.spawn(add(first))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no add panics")).collect()
    });
    for task in &tasks {
        assert!(task.outcome().await.is_completed());
    }
    let event_log = harness.finish().await;
    assert_eq!((event_log.count(EventName::Added), event_log.count(EventName::Ended)), (BURST, BURST));
}

#[tokio::test(start_paused = true)]
async fn a_task_runs_without_a_call_to_run() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), Script::task("alone", [Step::Succeed]));
    assert!(task.outcome().await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&task), ["added", "started 1", "succeeded 1", "ended completed", "removed"]);
}

#[tokio::test(start_paused = true)]
async fn run_waits_for_tasks_added_before_and_during_it() {
    let harness = Harness::new();
    let early = harness.add(Rules::never(), Script::task("early", [Step::Succeed]));
    let late = harness.spec(Rules::never(), Script::task("late", [Step::Succeed]));
    let late = std::sync::Mutex::new(Some(late));
    let parent = TaskFn::arc("parent", move |supervisor: SupervisorHandle| {
        let late = late.lock().expect("a lock").take();
        async move {
            supervisor.add_task(late.expect("one attempt")).map_err(|refused| refused.to_string())?;
            Ok(())
        }
    });
    let report = harness.run(vec![harness.spec(Rules::never(), parent)]).await.expect("all end");
    assert_eq!(report.completed, 3);
    assert!(early.outcome().await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.ids_of("late").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_plain_thread_can_add_a_task() {
    let harness = Harness::new();
    advance(Duration::from_secs(3_600)).await;
    let spec = harness.spec(Rules::never(), Script::task("from-a-thread", [Step::Succeed]));
    let supervisor = harness.handle();
    let added = thread::spawn(move || supervisor.add_task(spec)).join().expect("no add panics");
    let task = added.expect("accepted");
    assert_eq!(task.status().since, Instant::now(), "on the clock of the runtime");
    harness.watch(&task);
    assert!(task.outcome().await.is_completed());
    harness.finish().await;
}

#[test]
fn an_add_outside_any_runtime_is_refused_with_the_spec_back() {
    let trace = Trace::new();
    let supervisor = Supervisor::new(Config::default(), vec![trace.subscriber()]);
    let spec = trace.spec(Rules::never(), Script::task("homeless", [Step::Succeed]));
    let refused = supervisor.add_task(spec).expect_err("there is no runtime");
    assert!(matches!(refused.reason(), RuntimeError::NoRuntime), "{refused}");
    assert!(supervisor.tasks().is_empty());

    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let task = supervisor
            .add_task(refused.into_spec())
            .expect("the supervisor adopts the first runtime that calls it");
        trace.ended(&task, task.outcome().await);
        supervisor.shutdown().await.expect("in order");
        let event_log = trace.check();
        assert_eq!(event_log.of(&task), ["added", "started 1", "succeeded 1", "ended completed", "removed"]);
    });
}

#[test]
fn a_supervisor_with_a_runtime_accepts_tasks_outside_it() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let trace = Trace::new();
    let builder = Supervisor::builder(Config::default()).subscriber(trace.subscriber());
    let supervisor = builder.runtime(runtime.handle().clone()).build();
    let spec = trace.spec(Rules::never(), Script::task("remote", [Step::Succeed]));
    let task = supervisor.add_task(spec).expect("the supervisor has a runtime");
    trace.ended(&task, parked::wait(task.outcome()));
    parked::wait(supervisor.shutdown()).expect("in order");
    assert_eq!(trace.check().of(&task).last().map(String::as_str), Some("removed"));
}

#[tokio::test(start_paused = true)]
async fn an_add_during_a_shutdown_is_refused_with_the_spec_back() {
    let harness = Harness::new();
    let stopping = harness.add(Rules::never(), Script::task("stopping", [Step::Hang]));
    harness.settle().await;
    harness.stop();
    let spec = harness.spec(Rules::never(), Script::task("late", [Step::Succeed]));
    let refused = harness.add_task(spec).expect_err("the shutdown has begun");
    assert!(matches!(refused.reason(), RuntimeError::ShuttingDown), "{refused}");
    assert!(stopping.outcome().await.is_aborted());
    report_of(harness.shutdown().await).expect("nothing is stuck");
    let refused = harness.add_task(refused.into_spec()).expect_err("the shutdown is over");
    assert!(matches!(refused.reason(), RuntimeError::ShuttingDown), "{refused}");
    assert_eq!(refused.into_spec().name(), "late");
    let event_log = harness.finish().await;
    assert!(event_log.ids_of("late").is_empty());
}

#[tokio::test(start_paused = true)]
async fn ids_grow_and_are_never_used_again() {
    let (one, other) = (Harness::new(), Harness::new());
    let mut last = None;
    for harness in [&one, &other, &one, &other] {
        let task = harness.add(Rules::never(), Script::task("same-name", [Step::Succeed]));
        assert!(last < Some(task.id()), "{} after {last:?}", task.id());
        last = Some(task.id());
        task.outcome().await;
    }
    one.finish().await;
    other.finish().await;
}
