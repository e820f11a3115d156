//! Metrics of ends that are forced or go wrong: each of them counts once.

use std::future::pending;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

use taskvisor::{ControllerSpec, Outcome, Phase, Supervisor, TaskFn, TaskSpec};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::measured::{Measured, config, measure, measure_threads};

const NONE: [&str; 0] = [];

/// Real threads, because one of them is blocked. The test waits for conditions.
#[test]
fn a_stuck_task_is_shown_as_stuck_until_it_returns() {
    measure_threads(|measured| async move {
        let supervisor = Supervisor::builder(config()).build();
        let (release, blocked) = channel::<()>();
        let (entered, blocks) = oneshot::channel();
        let inside = Mutex::new(Some((entered, blocked)));
        let work = TaskFn::arc("work", move || {
            let inside = inside.lock().expect("no panic").take();
            async move {
                if let Some((entered, blocked)) = inside {
                    let _ = entered.send(());
                    let _ = blocked.recv();
                }
                Ok(())
            }
        });
        let task = supervisor.add_task(TaskSpec::once(work)).expect("it is accepted");
        blocks.await.expect("the body starts");
        assert_eq!(measured.of("task_state"), ["{state=running,task=work} 1"], "it has begun to block");
        task.cancel_with_grace(Duration::ZERO);
        assert!(matches!(task.outcome().await, Outcome::Aborted));
        assert_eq!(measured.of("task_state"), ["{state=stuck,task=work} 1"]);
        assert_eq!(measured.of("attempts_total"), NONE, "the attempt has not ended");
        drop(release);
        while !matches!(task.status().phase, Phase::Ended(_)) {
            tokio::task::yield_now().await;
        }
        assert_eq!(measured.of("task_state"), NONE);
        assert_eq!(measured.of("attempts_total"), ["{result=succeeded,task=work} 1"]);
        assert_eq!(measured.of("ended_total"), ["{outcome=aborted,task=work} 1"]);
    });
}

#[test]
fn a_runtime_that_is_dropped_ends_every_attempt_and_task() {
    let measured = Measured::default();
    metrics::with_local_recorder(&measured, || {
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().expect("one");
        let supervisor = runtime.block_on(async {
            let supervisor = Supervisor::builder(config()).build();
            let endless = || TaskFn::arc("work", pending::<Result<(), taskvisor::TaskError>>);
            for _ in 0..3 {
                supervisor.submit(ControllerSpec::queue(TaskSpec::once(endless()))).expect("it is accepted");
            }
            sleep(Duration::from_secs(2)).await;
            supervisor.add_task(TaskSpec::once(endless())).expect("it is accepted");
            supervisor
        });
        drop(runtime);
        drop(supervisor);
    });
    assert_eq!(measured.of("attempts_total"), ["{result=aborted,task=work} 1"], "one has begun");
    assert_eq!(measured.get("attempt_seconds_sum{task=work}"), 2.0);
    assert_eq!(measured.of("ended_total"), ["{outcome=aborted,task=work} 4"]);
    assert_eq!(measured.of("task_state"), NONE);
    assert_eq!(measured.of("slot_waiting"), NONE);
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("on purpose");
        }
    }
}

#[test]
fn a_destructor_that_panics_changes_no_count() {
    measure(|measured| async move {
        let supervisor = Supervisor::builder(config()).build();
        let bomb = Bomb;
        let work = TaskFn::arc("work", move || {
            let _ = &bomb;
            async { pending().await }
        });
        let spec = TaskSpec::once(work).with_timeout(Duration::from_secs(1));
        let task = supervisor.add_task(spec).expect("it is accepted");
        assert!(task.outcome().await.is_failed());
        assert_eq!(measured.of("attempts_total"), ["{result=timed_out,task=work} 1"]);
        assert_eq!(measured.of("ended_total"), ["{outcome=failed,task=work} 1"]);
        assert_eq!(measured.of("task_state"), NONE);
    });
}

#[test]
fn a_task_whose_name_is_taken_is_not_counted() {
    measure(|measured| async move {
        let supervisor = Supervisor::builder(config()).build();
        let endless = || TaskFn::arc("work", pending::<Result<(), taskvisor::TaskError>>);
        supervisor.add_task(TaskSpec::once(endless())).expect("it is accepted");
        supervisor.add_task(TaskSpec::once(endless())).expect_err("the name is taken");
        sleep(Duration::from_secs(1)).await;
        assert_eq!(measured.of("task_state"), ["{state=running,task=work} 1"]);
        assert_eq!(measured.of("ended_total"), NONE);
    });
}
