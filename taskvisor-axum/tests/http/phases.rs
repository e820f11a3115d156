//! Tasks in every phase, for the tests of the answers.

use std::io;
use std::time::Duration;

use taskvisor::{
    BackoffPolicy, ControllerSpec, MaxFailures, OnGiveUp, Phase, Readiness, SupervisorHandle, TaskContext,
    TaskError, TaskFn, TaskHandle, TaskSpec,
};

use crate::support::eventually;

/// A delay that no test waits for.
const LONG: Duration = Duration::from_secs(3_600);

/// A task that runs until it is stopped.
pub(crate) fn endless(name: impl Into<String>) -> TaskSpec {
    TaskSpec::once(TaskFn::arc(name.into(), |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    }))
}

/// A task whose attempts fail, with an error that has a cause.
pub(crate) fn failing(name: impl Into<String>) -> TaskSpec {
    #[derive(Debug)]
    struct Refused(io::Error);

    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the feed cannot be read")
        }
    }

    impl std::error::Error for Refused {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    let fail = || async { Err(TaskError::fail(Refused(io::ErrorKind::ConnectionRefused.into()))) };
    TaskSpec::on_failure(TaskFn::shared(name.into(), fail))
}

/// Adds tasks in every phase but `stuck`, and waits until they are in it. Their names are those of the phases, with `gave_up`,
/// `needy`, `crash_loop`, `once` and `workers` beside them; a job owns the slot `tenant-1` and two wait for it.
pub(crate) async fn add_all(supervisor: &SupervisorHandle) {
    let add = |spec: TaskSpec| supervisor.add_task(spec).expect("a valid task");
    let running = add(endless("running"));
    let paused = add(endless("paused"));
    paused.started().await.expect("it starts");
    paused.pause().expect("it can be paused");
    let long = BackoffPolicy::constant(LONG);
    let backing_off =
        add(failing("backing_off").with_backoff(long).with_max_failures(MaxFailures::new(5, LONG * 10)));
    let short = BackoffPolicy::constant(Duration::ZERO);
    let gave_up = failing("gave_up").with_backoff(short).with_max_retries(2).with_on_give_up(OnGiveUp::Pause);
    let gave_up = add(gave_up);
    let crash_loop = TaskFn::shared("crash_loop", |ctx: TaskContext| async move {
        match ctx.attempt() {
            1..=3 => Err(TaskError::fail(io::Error::other("no"))),
            _ => Err(TaskError::retry_after(io::Error::other("not again"), LONG)),
        }
    });
    let crash_loop = add(TaskSpec::on_failure(crash_loop).with_backoff(short));
    let nap = TaskFn::shared("sleeping", || async { Ok(()) });
    let sleeping = add(TaskSpec::always(nap, LONG));
    let unready = add(endless("waited_for").with_ready(Readiness::Notify));
    let waiting = add(endless("waiting").with_needs(["waited_for"]));
    let once = add(TaskSpec::once(TaskFn::arc("once", || async { Ok(()) })));
    once.outcome().await;
    let workers = TaskFn::shared("workers", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    });
    let workers =
        supervisor.add_instances(TaskSpec::once(workers).with_instances(2)).expect("valid instances");
    for name in ["first", "second", "third"] {
        supervisor.submit(ControllerSpec::queue(endless(name)).with_slot("tenant-1")).expect("a valid job");
    }
    let is = |task: &TaskHandle, phase: fn(&Phase) -> bool| phase(&task.status().phase);
    eventually(|| {
        is(&running, Phase::is_running)
            && is(&paused, Phase::is_paused)
            && is(&backing_off, Phase::is_sleeping)
            && is(&gave_up, Phase::is_paused)
            && is(&crash_loop, Phase::is_sleeping)
            && crash_loop.status().failures == 4
            && is(&sleeping, Phase::is_sleeping)
            && is(&unready, Phase::is_running)
            && is(&waiting, Phase::is_waiting)
            && workers.iter().all(|worker| is(worker, Phase::is_running))
    })
    .await;
}
