//! `run` and `run_until`: all tasks or none, once per supervisor, until no task is left.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use taskvisor::{Config, Phase, RuntimeError, State, Supervisor, TaskContext, TaskFn, TaskRef, TaskSpec};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep, timeout};

use crate::parked;

struct NeverGiven;

/// A task that counts its attempts.
fn counting(name: &'static str, attempts: &Arc<AtomicUsize>) -> TaskRef {
    let attempts = Arc::clone(attempts);
    TaskFn::arc(name, move || {
        attempts.fetch_add(1, Ordering::SeqCst);
        async { Ok(()) }
    })
}

#[tokio::test(start_paused = true)]
async fn run_with_a_bad_task_starts_nothing_and_reports_all_problems() {
    let harness = Harness::new();
    let attempts = Arc::default();
    let spec = |name| harness.spec(Rules::never(), counting(name, &attempts));
    let needy = TaskFn::arc("needy", |_: State<NeverGiven>| async { Ok(()) });
    let hasty = spec("hasty").with_timeout(Duration::ZERO);
    let specs = vec![spec("good"), spec("twin"), spec("twin"), hasty, harness.spec(Rules::never(), needy)];

    let refused = Supervisor::run(&harness, specs).await.expect_err("three specs are invalid");
    let RuntimeError::Refused(reasons) = &refused else { panic!("not all reasons: {refused:?}") };
    assert!(matches!(&reasons[0], RuntimeError::NameTaken { name, .. } if name == "twin"), "{refused}");
    assert!(matches!(&reasons[1], RuntimeError::InvalidSpec { name, .. } if name == "hasty"), "{refused}");
    assert!(matches!(&reasons[2], RuntimeError::MissingState { name, .. } if name == "needy"), "{refused}");
    assert_eq!(reasons.len(), 3);
    harness.settle().await;
    assert_eq!(attempts.load(Ordering::SeqCst), 0);
    assert!(harness.tasks().is_empty());
    assert!(harness.trace().so_far().events().is_empty());

    let report = Supervisor::run(&harness, vec![spec("good"), spec("twin")])
        .await
        .expect("the first run, with free names");
    assert_eq!((report.completed, attempts.load(Ordering::SeqCst)), (2, 2));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn run_refuses_the_name_of_an_added_task_and_spares_that_task() {
    let harness = Harness::new();
    let first = harness.add(Rules::never(), Script::task("db", [Step::UntilStopped]));
    harness.settle().await;
    let second = harness.spec(Rules::never(), Script::task("db", [Step::Succeed]));
    let refused = harness.run(vec![second]).await.expect_err("the name is taken");
    assert!(matches!(&refused, RuntimeError::NameTaken { name, .. } if name == "db"), "{refused}");
    assert!(harness.is_alive("db"));
    assert!(!first.status().stopping);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn run_closes_admission_and_returns_when_no_task_is_left() {
    let harness = Harness::new();
    let began = Instant::now();
    let retried = [Step::Fail("not yet"), Step::SucceedAfter(Duration::from_secs(5))];
    let rules = Rules::on_failure().constant_backoff(Duration::from_secs(60));
    let report =
        harness.run(vec![harness.spec(rules, Script::task("retried", retried))]).await.expect("ends");
    assert_eq!(began.elapsed(), Duration::from_secs(65));
    assert_eq!(report.completed, 1);
    let late = harness.add_task(harness.spec(Rules::never(), Script::task("late", [Step::Succeed])));
    assert!(matches!(late.expect_err("closed").reason(), RuntimeError::ShuttingDown));
    harness.finish().await;
}

/// A thread adds one task after another while `run` may find no task left at any moment. The report counts every
/// accepted task, because `run` checks for remaining tasks and closes admission in one step.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn run_never_returns_before_a_task_it_accepted() {
    for _ in 0..200 {
        let harness = Harness::new();
        let supervisor = harness.handle();
        let adder = thread::spawn(move || {
            for accepted in 0..1_000 {
                let task = TaskFn::arc("again", || async { Ok(()) });
                match supervisor.add_task(Rules::never().spec(task)) {
                    Ok(task) => assert!(parked::wait(task.outcome()).is_completed()),
                    Err(refused) => {
                        assert!(matches!(refused.reason(), RuntimeError::ShuttingDown), "{refused}");
                        return accepted;
                    }
                }
            }
            1_000
        });
        let first = harness.spec(Rules::never(), Script::task("first", [Step::Succeed]));
        let report = harness.run(vec![first]).await.expect("all end");
        assert_eq!(report.completed, adder.join().expect("never lost") + 1);
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn run_without_a_task_returns_at_once() {
    let harness = Harness::new();
    let began = Instant::now();
    let report = Supervisor::run(&harness, Vec::new()).await.expect("nothing to do");
    assert_eq!(report.to_string(), "0 completed, 0 canceled, 0 failed, 0 aborted");
    assert_eq!(began.elapsed(), Duration::ZERO);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_runs_once() {
    let harness = Harness::new();
    let spec =
        |name| harness.spec(Rules::never(), Script::task(name, [Step::SucceedAfter(Duration::from_secs(1))]));
    let (first, second) = tokio::join!(harness.run(vec![spec("one")]), harness.run(vec![spec("two")]));
    assert_eq!(first.expect("the first run").completed, 1);
    assert!(matches!(second, Err(RuntimeError::AlreadyRan)), "{second:?}");
    let third = Supervisor::run(&harness, vec![spec("three")]).await;
    assert!(matches!(third, Err(RuntimeError::AlreadyRan)), "{third:?}");
    let event_log = harness.finish().await;
    assert!(event_log.ids_of("two").is_empty());
}

/// A stop request is level-triggered: a request just before `run` prevents new starts and changes nothing else.
#[tokio::test(start_paused = true)]
async fn run_after_a_stop_waits_for_the_clean_up_of_added_tasks() {
    let harness = Harness::new();
    let cleaning = harness.add(
        Rules::never(),
        TaskFn::arc("cleaning", |ctx: TaskContext| async move {
            ctx.cancelled().await;
            sleep(Duration::from_secs(1)).await;
            Ok(())
        }),
    );
    harness.settle().await;
    harness.stop();
    let spec = harness.spec(Rules::never(), Script::task("late", [Step::Succeed]));
    let report = harness.run(vec![spec]).await.expect("the run stops in order");
    assert!(matches!(cleaning.status().phase, Phase::Ended(_)), "`run` returned before a task had ended");
    assert_eq!((report.canceled, report.completed), (1, 0));
    let event_log = harness.finish().await;
    assert!(event_log.ids_of("late").is_empty());
}

#[tokio::test(start_paused = true)]
async fn run_until_stops_everything_when_its_future_completes() {
    let harness = Harness::new();
    let began = Instant::now();
    let spec = harness.spec(Rules::never(), Script::task("resident", [Step::UntilStopped]));
    let report = harness.run_until(vec![spec], sleep(Duration::from_secs(30))).await.expect("in order");
    assert_eq!(began.elapsed(), Duration::from_secs(30));
    assert_eq!(report.canceled, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn run_until_does_not_wait_for_its_future_when_nothing_is_left() {
    let harness = Harness::new();
    let spec = harness.spec(Rules::never(), Script::task("short", [Step::Succeed]));
    let report = harness.run_until(vec![spec], pending::<()>()).await.expect("in order");
    assert_eq!(report.completed, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn stop_from_a_plain_thread_ends_a_run() {
    let harness = Harness::new();
    let resident: TaskSpec = harness.spec(Rules::always(), Script::task("resident", [Step::UntilStopped]));
    let supervisor = harness.handle();
    let stop = async {
        harness.settle().await;
        thread::spawn(move || supervisor.stop()).join().expect("stop does not panic");
    };
    let (report, ()) = tokio::join!(Supervisor::run(&harness, vec![resident]), stop);
    assert_eq!(report.expect("in order").canceled, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_run_leaves_the_tasks_running() {
    let harness = Harness::with_config(Config::default());
    let spec = harness.spec(Rules::never(), Script::task("resident", [Step::UntilStopped]));
    timeout(Duration::from_secs(1), harness.run(vec![spec])).await.expect_err("the run never ends");
    harness.settle().await;
    let task = harness.task("resident").expect("still there");
    assert!(!task.status().stopping);
    harness.watch(&task);
    harness.stop();
    assert!(task.outcome().await.is_canceled());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn only_the_end_of_the_last_task_wakes_a_run() {
    let harness = Harness::new();
    let ends = |name, after| {
        harness.spec(Rules::never(), Script::task(name, [Step::SucceedAfter(Duration::from_secs(after))]))
    };
    let mut run = Box::pin(harness.run(vec![ends("first", 1), ends("second", 2), ends("last", 3)]));
    let woken = parked::begin(run.as_mut());
    sleep(Duration::from_millis(2_500)).await;
    assert_eq!(woken.times(), 0, "one task is left");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(woken.times(), 1);
    assert_eq!(run.as_mut().await.expect("nothing is left").completed, 3);
    drop(run);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_run_leaves_no_waker_behind() {
    let harness = Harness::new();
    let spec = harness.spec(Rules::never(), Script::task("stays", [Step::UntilStopped]));
    let mut run = Box::pin(harness.run(vec![spec]));
    let woken = parked::begin(run.as_mut());
    assert!(Arc::strong_count(&woken) > 1);
    drop(run);
    assert_eq!(Arc::strong_count(&woken), 1);
    harness.finish().await;
}
