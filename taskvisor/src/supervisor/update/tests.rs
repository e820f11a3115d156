//! The promises of an update of one task, on Tokio's paused clock.

use std::future::{Future, pending, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use crate::error::{FailureKind, TaskError};
use crate::policy::{BackoffPolicy, MaxFailures, OnGiveUp, OnShutdown, Readiness};
use crate::runtime::body::{Ready, TaskContext, TaskFn, TaskRef, TaskSpec};
use crate::runtime::cell::TaskCell;
use crate::runtime::instances::TaskTemplate;
use crate::runtime::shared::Shared;
use crate::runtime::startable::Startable;
use crate::supervisor::{Supervisor, TaskHandle};
use crate::task::{Outcome, Phase, RuntimeError};

pub(super) const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// A supervisor whose tasks can be updated, and the time at which it was created.
pub(super) struct Setup {
    pub(super) supervisor: Supervisor,
    pub(super) shared: Arc<Shared>,
    start: Instant,
}

impl Setup {
    pub(super) fn new() -> Self {
        Self::of(Supervisor::default())
    }

    pub(super) fn of(supervisor: Supervisor) -> Self {
        let shared = Arc::clone(&*supervisor.shared().expect("it was not dropped"));
        shared.allow_updates();
        Self { supervisor, shared, start: Instant::now() }
    }

    pub(super) fn add(&self, spec: TaskSpec) -> TaskHandle {
        self.supervisor.add_task(spec).expect("its options are right")
    }

    pub(super) fn update(&self, task: &TaskHandle, spec: &TaskSpec) {
        self.shared.update_task(task.cell(), spec.options()).expect("its options are right");
    }

    /// Waits until this number of seconds has passed since the start.
    pub(super) async fn at(&self, seconds: f64) {
        sleep_until(self.start + Duration::from_secs_f64(seconds)).await;
    }

    /// The second at which the next attempt of a sleeping task is due.
    fn next_attempt(&self, task: &TaskHandle) -> Option<f64> {
        task.status().next_attempt.map(|at| (at - self.start).as_secs_f64())
    }
}

/// A task whose attempts never return. They end at their timeout, after 10 s, and the next one follows a second later.
pub(super) fn endless(task: TaskRef) -> TaskSpec {
    let backoff = BackoffPolicy::constant(SECOND);
    TaskSpec::on_failure(task).with_backoff(backoff).with_timeout(10 * SECOND)
}

pub(super) fn hangs() -> TaskRef {
    TaskFn::shared("task", pending::<Result<(), TaskError>>)
}

/// A task whose attempts fail at once. The next one follows a second later.
fn fails() -> TaskSpec {
    let task = TaskFn::arc("task", || async { Err::<(), _>(TaskError::fail("down")) });
    TaskSpec::on_failure(task).with_backoff(BackoffPolicy::constant(SECOND))
}

pub(super) fn kind(task: &TaskHandle) -> Option<FailureKind> {
    task.status().last_error.map(|failure| failure.kind())
}

#[tokio::test(start_paused = true)]
async fn a_running_attempt_keeps_its_policy_and_the_next_has_the_new() {
    let setup = Setup::new();
    let task = setup.add(endless(hangs()));
    setup.at(5.0).await;
    let faster = endless(hangs()).with_timeout(SECOND).with_backoff(BackoffPolicy::constant(4 * SECOND));
    setup.update(&task, &faster);
    setup.at(9.5).await;
    assert!(task.status().phase.is_running(), "its timeout is ten seconds");
    setup.at(10.5).await;
    assert_eq!(setup.next_attempt(&task), Some(11.0), "the backoff after it is that of its policy");
    setup.at(12.5).await;
    assert_eq!((setup.next_attempt(&task), task.status().attempt), (Some(16.0), 2));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_scheduled_keeps_its_length() {
    let setup = Setup::new();
    let ok = || TaskFn::arc("task", || async { Ok::<(), TaskError>(()) });
    let task = setup.add(TaskSpec::always(ok(), 60 * SECOND));
    setup.at(1.0).await;
    setup.update(&task, &TaskSpec::always(ok(), 5 * SECOND));
    assert_eq!(setup.next_attempt(&task), Some(60.0));
    setup.at(60.5).await;
    assert_eq!((setup.next_attempt(&task), task.status().attempt), (Some(65.0), 2));
}

#[tokio::test(start_paused = true)]
async fn a_new_restart_policy_applies_after_the_next_attempt() {
    let setup = Setup::new();
    let task = setup.add(fails());
    setup.at(0.5).await;
    setup.update(&task, &TaskSpec::once(hangs()));
    assert!(matches!(task.outcome().await, Outcome::Failed(_)));
    assert_eq!(task.status().attempt, 2);
}

#[tokio::test(start_paused = true)]
async fn an_update_before_the_first_attempt_applies_to_it() {
    let setup = Setup::new();
    let task = setup.add(endless(hangs()));
    setup.update(&task, &endless(hangs()).with_timeout(3 * SECOND));
    setup.at(3.5).await;
    assert_eq!(setup.next_attempt(&task), Some(4.0));
}

#[tokio::test(start_paused = true)]
async fn of_two_updates_the_later_one_applies() {
    let setup = Setup::new();
    let task = setup.add(endless(hangs()));
    setup.at(1.0).await;
    setup.update(&task, &endless(hangs()).with_timeout(2 * SECOND));
    setup.update(&task, &endless(hangs()).with_timeout(3 * SECOND));
    setup.at(14.5).await;
    assert_eq!(setup.next_attempt(&task), Some(15.0));
}

#[tokio::test(start_paused = true)]
async fn a_paused_task_resumes_with_the_new_policy() {
    let setup = Setup::new();
    let task = setup.add(endless(hangs()));
    setup.at(1.0).await;
    task.pause().expect("it is live");
    setup.at(30.0).await;
    setup.update(&task, &endless(hangs()).with_timeout(2 * SECOND));
    assert!(task.status().phase.is_paused());
    task.resume().expect("it is live");
    setup.at(32.5).await;
    assert_eq!(setup.next_attempt(&task), Some(33.0));
}

#[tokio::test(start_paused = true)]
async fn a_schedule_goes_on_with_the_new_policy() {
    let setup = Setup::new();
    let every = || TaskSpec::inherit(hangs()).with_every(60 * SECOND);
    let task = setup.add(every().with_timeout(10 * SECOND).with_backoff(BackoffPolicy::constant(HOUR)));
    setup.at(1.0).await;
    let faster = every().with_timeout(2 * SECOND).with_backoff(BackoffPolicy::constant(3 * SECOND));
    setup.update(&task, &faster);
    setup.at(11.0).await;
    assert_eq!(setup.next_attempt(&task), Some(60.0), "the tick ends the backoff");
    setup.at(62.5).await;
    assert_eq!(setup.next_attempt(&task), Some(65.0));
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_is_expected_of_the_attempts_after_its_update() {
    let setup = Setup::new();
    let task = setup.add(endless(hangs()));
    setup.at(5.0).await;
    setup.update(&task, &endless(hangs()).with_heartbeat(2 * SECOND));
    setup.at(10.5).await;
    assert_eq!(kind(&task), Some(FailureKind::Timeout));
    setup.at(13.5).await;
    assert_eq!((kind(&task), setup.next_attempt(&task)), (Some(FailureKind::Stalled), Some(14.0)));
    setup.update(&task, &endless(hangs()));
    setup.at(24.5).await;
    assert_eq!((kind(&task), setup.next_attempt(&task)), (Some(FailureKind::Timeout), Some(25.0)));
}

#[tokio::test(start_paused = true)]
async fn a_task_pauses_when_it_gives_up_after_the_update() {
    let setup = Setup::new();
    let task = setup.add(fails());
    setup.at(2.5).await;
    setup.update(&task, &fails().with_max_retries(1).with_on_give_up(OnGiveUp::Pause));
    setup.at(3.5).await;
    assert!(matches!(task.status().phase, Phase::Paused { gave_up: true }), "{:?}", task.status().phase);
    assert_eq!(task.status().attempt, 4);
}

#[tokio::test(start_paused = true)]
async fn a_lower_max_failures_counts_the_failures_before_it() {
    let setup = Setup::new();
    let task = setup.add(fails().with_max_failures(MaxFailures::new(9, HOUR)));
    setup.at(2.5).await;
    setup.update(&task, &fails().with_max_failures(MaxFailures::new(3, HOUR)));
    assert!(matches!(task.outcome().await, Outcome::Failed(_)));
    assert_eq!(task.status().attempt, 4, "it is the fourth failure within an hour");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_finishes_only_attempts_with_the_new_option() {
    for (stopped_at, finished) in [(2.0, 0), (6.0, 2)] {
        let setup = Setup::new();
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let work = TaskFn::arc("task", move |context: TaskContext| {
            let count = Arc::clone(&counter);
            async move {
                tokio::select! {
                    () = context.cancelled() => return Err(TaskError::Canceled),
                    () = sleep(4 * SECOND) => count.fetch_add(1, Ordering::Relaxed),
                };
                Ok(())
            }
        });
        let task = setup.add(TaskSpec::always(work, SECOND));
        setup.at(1.0).await;
        setup.update(&task, &TaskSpec::always(hangs(), SECOND).with_on_shutdown(OnShutdown::Finish));
        setup.at(stopped_at).await;
        setup.supervisor.stop();
        task.outcome().await;
        assert_eq!(count.load(Ordering::Relaxed), finished, "stopped at {stopped_at} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_running_attempt_keeps_its_stop_timeout() {
    for (stopped_at, grace) in [(5.0, 20), (11.5, 2)] {
        let setup = Setup::new();
        let task = setup.add(endless(hangs()));
        setup.at(4.0).await;
        setup.update(&task, &endless(hangs()).with_stop_timeout(2 * SECOND));
        setup.at(stopped_at).await;
        let now = Instant::now();
        task.cancel();
        assert_eq!(task.cell().stop_deadline(), Some(now + grace * SECOND), "stopped at {stopped_at} s");
    }
}

#[tokio::test(start_paused = true)]
async fn an_option_that_needs_a_restart_stays_as_it_is() {
    let setup = Setup::new();
    let task = setup.add(endless(hangs()));
    setup.update(&task, &endless(hangs()).with_ready(Readiness::Start).with_timeout(3 * SECOND));
    setup.at(2.0).await;
    assert_eq!(task.status().ready_since, None, "it was added without `ready`");
    setup.at(3.5).await;
    assert_eq!(setup.next_attempt(&task), Some(4.0));
}

#[tokio::test(start_paused = true)]
async fn a_start_timeout_is_replaced_and_removed() {
    let setup = Setup::new();
    let task = || TaskFn::arc("task", |_: Ready| pending::<Result<(), TaskError>>());
    let spec = || TaskSpec::on_failure(task()).with_backoff(BackoffPolicy::constant(SECOND));
    let task = setup.add(spec().with_start_timeout(5 * SECOND));
    setup.at(1.0).await;
    setup.update(&task, &spec().with_start_timeout(2 * SECOND));
    setup.at(8.5).await;
    assert_eq!((task.status().attempt, setup.next_attempt(&task)), (2, Some(9.0)));
    setup.update(&task, &spec());
    setup.at(39.5).await;
    assert_eq!(setup.next_attempt(&task), Some(40.0), "the default is 30 seconds");
}

#[tokio::test(start_paused = true)]
async fn wrong_options_are_all_reported_and_change_nothing() {
    let setup = Setup::new();
    let task = setup.add(endless(hangs()));
    let wrong = endless(hangs())
        .with_timeout(Duration::ZERO)
        .with_start_timeout(SECOND)
        .with_max_concurrent(2)
        .with_max_failures(MaxFailures::new(0, HOUR));
    let Err(RuntimeError::InvalidSpec { name, reasons }) =
        setup.shared.update_task(task.cell(), wrong.options())
    else {
        panic!("the options are wrong")
    };
    assert_eq!((&*name, reasons.len()), ("task", 4), "{reasons:#?}");
    setup.at(10.5).await;
    assert_eq!(setup.next_attempt(&task), Some(11.0));
    setup.at(21.5).await;
    assert_eq!(setup.next_attempt(&task), Some(22.0));
}

#[tokio::test(start_paused = true)]
async fn a_pending_update_does_not_poll_the_task() {
    let setup = Setup::new();
    let polls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&polls);
    let task = TaskFn::arc("task", move || {
        let polls = Arc::clone(&counter);
        let mut work = Box::pin(async {
            sleep(SECOND + SECOND / 2).await;
            sleep(SECOND).await;
        });
        poll_fn(move |context| {
            polls.fetch_add(1, Ordering::Relaxed);
            work.as_mut().poll(context).map(|()| Ok::<(), TaskError>(()))
        })
    });
    let task = setup.add(TaskSpec::once(task));
    setup.at(1.0).await;
    let before = polls.load(Ordering::Relaxed);
    setup.update(&task, &TaskSpec::once(hangs()));
    setup.at(2.0).await;
    assert_eq!(polls.load(Ordering::Relaxed), before + 1, "only its timer polls it");
    assert!(task.outcome().await.is_completed());
}

#[tokio::test(start_paused = true)]
async fn an_update_of_a_task_that_ends_is_refused() {
    let setup = Setup::new();
    let update = |task: &TaskHandle| setup.shared.update_task(task.cell(), endless(hangs()).options());
    let task = setup.add(endless(hangs()));
    setup.at(1.0).await;
    task.cancel();
    assert_eq!(update(&task), Err(RuntimeError::Stopping { name: "task".into() }));
    task.outcome().await;
    assert_eq!(update(&task), Err(RuntimeError::Ended { name: "task".into() }));
    let unknown = setup.shared.update_tasks("task", endless(hangs()).options());
    assert_eq!(unknown, Err(RuntimeError::UnknownTask { name: "task".into() }));
    let next = setup.add(endless(hangs()));
    setup.supervisor.stop();
    assert_eq!(update(&next), Err(RuntimeError::ShuttingDown));
}

#[tokio::test(start_paused = true)]
async fn only_tasks_that_may_be_updated_have_rare_state() {
    let supervisor = Supervisor::default();
    let task = supervisor.add_task(endless(hangs())).expect("its options are right");
    assert!(task.cell().rare().is_none());
    let shared = supervisor.shared().expect("it was not dropped");
    let refused = shared.update_task(task.cell(), endless(hangs()).options());
    assert!(matches!(refused, Err(RuntimeError::InvalidSpec { .. })), "{refused:?}");
    assert!(Setup::new().add(endless(hangs())).cell().rare().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_needed_task_stays_one_that_can_be_ready() {
    let setup = Setup::new();
    let named = |name: &'static str| TaskFn::arc(name, || async { Ok::<(), TaskError>(()) });
    let repeats = |name| TaskSpec::always(named(name), SECOND);
    let never_ready = |name| repeats(name).with_delay(None);
    let dependent = || TaskSpec::once(named("dependent")).with_needs(["needed"]);
    let needed = setup.add(repeats("needed"));
    setup.update(&needed, &never_ready("needed"));
    assert!(setup.supervisor.add_task(dependent()).is_err(), "it waits for a task that is never ready");
    setup.update(&needed, &repeats("needed"));
    setup.add(dependent());
    let refused = setup.shared.update_task(needed.cell(), never_ready("needed").options());
    assert!(matches!(refused, Err(RuntimeError::InvalidDependencies { .. })), "{refused:?}");
    setup.at(1.5).await;
    assert_eq!(setup.next_attempt(&needed), Some(2.0), "nothing has changed");
}

#[tokio::test(start_paused = true)]
async fn a_task_started_during_an_update_has_the_latest_options() {
    let setup = Setup::new();
    let template = |spec: &TaskSpec| Arc::new(TaskTemplate::of(spec).expect("its body is shared"));
    let (older, newer) = (endless(hangs()), endless(hangs()).with_timeout(SECOND));
    let started_from = template(&older);
    // The update comes between the look-up of the template and the reservation of the name, so that it finds no live task.
    setup.shared.startable.set("task", Startable::Template(template(&newer)));
    let mut spec = started_from.spec("task".to_owned());
    let follow = |shared: &Arc<Shared>, cell: &Arc<TaskCell>| shared.follow_startable(&started_from, cell);
    let task = setup.supervisor.try_start(&mut spec, None, follow).expect("its options are right");
    setup.at(1.5).await;
    assert_eq!((kind(&task), setup.next_attempt(&task)), (Some(FailureKind::Timeout), Some(2.0)));
}
