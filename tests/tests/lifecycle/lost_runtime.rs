//! A runtime dropped before its supervisor: every outcome is delivered, and no waiter hangs.

use std::future::pending;
use std::time::Duration;

use taskvisor::{Config, Phase, RuntimeError, Supervisor, TaskHandle};
use tests::{Rules, Script, Step, Trace};
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::parked;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime")
}

/// A supervisor on `runtime` with one task in each phase.
fn at_work(runtime: &Runtime, trace: &Trace) -> (Supervisor, Vec<TaskHandle>) {
    let config = Config::default().with_max_concurrent(1);
    let builder = Supervisor::builder(config).subscriber(trace.subscriber());
    let supervisor = builder.runtime(runtime.handle().clone()).build();
    let add = |rules, name, step| {
        let task = supervisor.add_task(trace.spec(rules, Script::task(name, [step]))).expect("accepted");
        // The recorder is dropped with the runtime.
        trace.expect_stuck(&task);
        task
    };
    let hour = Duration::from_secs(3600);
    let backing_off = Rules::on_failure().constant_backoff(hour);
    let mut tasks = vec![
        add(backing_off, "sleeping", Step::Fail("down")),
        add(Rules::never(), "running", Step::Hang),
        add(Rules::never(), "waiting", Step::Hang),
    ];
    runtime.block_on(async {
        for _ in 0..64 {
            yield_now().await;
        }
    });
    tasks.push(add(Rules::never(), "unpolled", Step::Hang));
    let phases: Vec<_> = tasks.iter().map(|task| task.status().phase.to_string()).collect();
    assert_eq!(phases, ["sleeping", "running", "waiting for a permit", "waiting for its slot"]);
    (supervisor, tasks)
}

#[test]
fn tasks_of_a_dropped_runtime_are_aborted_and_free_their_names() {
    let (runtime, trace) = (runtime(), Trace::new());
    let (supervisor, tasks) = at_work(&runtime, &trace);
    let waiters: Vec<_> = tasks
        .iter()
        .map(|task| {
            let outcome = task.outcome();
            std::thread::spawn(move || parked::wait(outcome))
        })
        .collect();
    drop(runtime);
    for waiter in waiters {
        assert!(waiter.join().expect("no panic").is_aborted());
    }
    for task in &tasks {
        assert!(matches!(task.status().phase, Phase::Ended(_)), "{:?}", task.status());
        assert!(!supervisor.is_alive(task.name()));
    }
    assert!(supervisor.tasks().is_empty());
    trace.check();
}

#[test]
fn a_task_added_to_a_dropped_runtime_is_refused_or_ends() {
    let (runtime, trace) = (runtime(), Trace::new());
    let (supervisor, _) = at_work(&runtime, &trace);
    drop(runtime);
    let spec = trace.spec(Rules::never(), Script::task("late", [Step::Succeed]));
    if let Ok(task) = supervisor.add_task(spec) {
        let outcome = parked::now(task.outcome()).expect("the task can never run");
        assert!(outcome.is_aborted());
    }
    assert!(!supervisor.is_alive("late"));
    trace.check();
}

#[test]
fn a_shutdown_whose_runtime_was_dropped_returns() {
    let (gone, trace) = (runtime(), Trace::new());
    let (supervisor, _) = at_work(&gone, &trace);
    drop(gone);
    runtime().block_on(async {
        let shutdown = timeout(Duration::from_secs(3600), supervisor.shutdown()).await;
        shutdown.expect("grace and drain are half a minute").expect("nothing is left");
    });
    trace.check();
}

#[test]
fn a_run_whose_tasks_lose_their_runtime_returns() {
    let (gone, trace) = (runtime(), Trace::new());
    let (supervisor, _) = at_work(&gone, &trace);
    runtime().block_on(async {
        let drop_it = async {
            yield_now().await;
            // Dropping a runtime blocks, so it needs a thread where blocking is allowed.
            std::thread::spawn(move || drop(gone)).join().expect("the runtime can be dropped");
            pending::<()>().await;
        };
        tokio::select! {
            run = timeout(Duration::from_secs(3600), supervisor.run_until(Vec::new(), pending::<()>())) => {
                let report = run.expect("nothing is left").expect("in order");
                assert_eq!(report.aborted, 4);
            }
            () = drop_it => unreachable!("it waits for ever"),
        }
    });
    trace.check();
}

#[test]
fn a_supervisor_whose_runtime_is_gone_refuses_tasks() {
    let (runtime, trace) = (runtime(), Trace::new());
    let (supervisor, _tasks) = at_work(&runtime, &trace);
    drop(runtime);
    let spec = trace.spec(Rules::never(), Script::task("late", [Step::Succeed]));
    let refused = supervisor.add_task(spec).expect_err("nothing can run it");
    assert!(matches!(refused.reason(), RuntimeError::RuntimeGone), "{refused}");
    assert!(refused.to_string().contains("runtime of the supervisor was shut down"), "{refused}");
    trace.check();
}
