//! `shutdown_delay`: a shutdown is announced by the health before tasks are stopped. See contract 16.7 to 16.10.

use std::future::pending;
use std::time::Duration;

use taskvisor::{
    Config, EventName, Report, RuntimeError, Subscribe, Subscriber, Supervisor, TaskError, TaskFn,
    TaskHandle, TaskSpec,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep};

use crate::health::{HOUR, SECOND, fails, settle, waits, words};

const DELAY: Duration = Duration::from_secs(5);
const GRACE: Duration = Duration::from_secs(20);

fn config() -> Config {
    Config::default().with_grace(GRACE).with_shutdown_delay(DELAY)
}

struct Service {
    supervisor: Supervisor,
    events: UnboundedReceiver<(EventName, Instant)>,
}

struct Sends(UnboundedSender<(EventName, Instant)>);

impl Subscribe for Sends {
    async fn on_event(&mut self, event: &taskvisor::Event) {
        let _ = self.0.send((event.kind.name(), event.at));
    }
}

impl Service {
    fn new(config: Config) -> Self {
        let (sender, events) = unbounded_channel();
        let supervisor = Supervisor::new(config, vec![Subscriber::new(Sends(sender))]);
        Self { supervisor, events }
    }

    fn add(&self, spec: TaskSpec) -> TaskHandle {
        self.supervisor.add_task(spec).expect("admission is open")
    }

    /// The times at which events of this name were published.
    fn times(&mut self, name: EventName) -> Vec<Instant> {
        let mut times = Vec::new();
        while let Ok((found, at)) = self.events.try_recv() {
            if found == name {
                times.push(at);
            }
        }
        times
    }
}

fn in_order(result: Result<Report, RuntimeError>) -> Report {
    result.expect("it ends in order")
}

#[tokio::test(start_paused = true)]
async fn it_is_unready_first_and_tasks_are_stopped_later() {
    let mut service = Service::new(config());
    let task = service.add(TaskSpec::once(waits("serve")));
    settle().await;
    let requested = Instant::now();
    service.supervisor.stop();
    assert_eq!(words(&service.supervisor.health()), "not ready: shutting down");
    assert_eq!(service.supervisor.health().reasons[0].since, requested);
    sleep(DELAY - Duration::from_millis(1)).await;
    assert!(!task.status().stopping, "the delay goes on");
    assert!(task.outcome().await.is_canceled());
    assert_eq!(requested.elapsed(), DELAY);
    assert_eq!(in_order(service.supervisor.shutdown().await).canceled, 1);
    assert_eq!(service.times(EventName::ShutdownRequested), [requested]);
}

#[tokio::test(start_paused = true)]
async fn every_request_is_delayed() {
    let run = || Supervisor::new(config(), Vec::new());
    let waits = || vec![TaskSpec::once(waits("serve"))];
    let began = Instant::now();
    let supervisor = run();
    supervisor.add_task(TaskSpec::once(crate::health::waits("serve"))).expect("it is added");
    in_order(supervisor.shutdown().await);
    assert_eq!(began.elapsed(), DELAY);
    in_order(run().run_until(waits(), sleep(SECOND)).await);
    assert_eq!(began.elapsed(), 2 * DELAY + SECOND);
    let supervisor = run();
    let handle = supervisor.handle();
    tokio::spawn(async move { handle.stop() });
    in_order(supervisor.run_until(waits(), pending::<()>()).await);
    assert_eq!(began.elapsed(), 3 * DELAY + SECOND);
}

#[tokio::test(start_paused = true)]
async fn tasks_and_submissions_are_accepted_during_it() {
    let service = Service::new(config());
    let first = service.add(TaskSpec::once(waits("first")));
    settle().await;
    service.supervisor.stop();
    sleep(SECOND).await;
    let second = service.add(TaskSpec::once(waits("second")));
    second.started().await.expect("it starts");
    first.restart().expect("it can be operated");
    settle().await;
    assert_eq!(first.status().attempt, 2);
    #[cfg(feature = "controller")]
    {
        let job = TaskSpec::once(TaskFn::shared("job", || async { Ok(()) }));
        let job = service.supervisor.submit(taskvisor::ControllerSpec::queue(job).with_slot("slot"));
        assert!(job.expect("there is room").outcome().await.is_completed());
    }
    sleep(DELAY).await;
    let refused =
        service.supervisor.add_task(TaskSpec::once(waits("third"))).map_err(|error| error.to_string());
    assert!(refused.is_err_and(|error| error.contains("shutting down")), "after it");
    let report = in_order(service.supervisor.shutdown().await);
    assert_eq!(report.canceled, 2);
}

#[tokio::test(start_paused = true)]
async fn it_is_part_of_the_grace() {
    let service = Service::new(config());
    let began = Instant::now();
    let hangs = service.add(TaskSpec::once(TaskFn::shared("hangs", pending)));
    settle().await;
    service.supervisor.stop();
    assert!(hangs.outcome().await.is_aborted());
    assert_eq!(began.elapsed(), GRACE + Duration::from_millis(1));
    let error = service.supervisor.shutdown().await.expect_err("a task was aborted");
    assert!(matches!(error, RuntimeError::GraceExceeded { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_all_tasks_ends_it() {
    let service = Service::new(config());
    let began = Instant::now();
    service.add(TaskSpec::once(TaskFn::shared("once", || async {
        sleep(2 * SECOND).await;
        Ok(())
    })));
    let report = in_order(service.supervisor.shutdown().await);
    assert_eq!((report.completed, began.elapsed()), (1, 2 * SECOND));
    // Without any task, and in a run.
    in_order(Service::new(config()).supervisor.shutdown().await);
    let supervisor = Supervisor::new(config(), Vec::new());
    let handle = supervisor.handle();
    let stops = TaskFn::shared("stops", move || {
        let handle = handle.clone();
        async move {
            handle.stop();
            Ok(())
        }
    });
    let report = in_order(supervisor.run_until(vec![TaskSpec::once(stops)], pending::<()>()).await);
    assert_eq!((report.completed, began.elapsed()), (1, 2 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_changes_nothing() {
    let mut service = Service::new(config());
    let began = Instant::now();
    let task = service.add(TaskSpec::once(waits("serve")));
    service.supervisor.stop();
    sleep(2 * SECOND).await;
    service.supervisor.stop();
    assert!(task.outcome().await.is_canceled());
    assert_eq!(began.elapsed(), DELAY);
    in_order(service.supervisor.shutdown().await);
    assert_eq!(service.times(EventName::ShutdownRequested).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_critical_failure_has_no_delay() {
    let mut service = Service::new(config());
    let began = Instant::now();
    let other = service.add(TaskSpec::once(waits("other")));
    service.add(fails("db", "down").with_critical(true));
    assert!(other.outcome().await.is_canceled());
    assert_eq!(began.elapsed(), Duration::ZERO);
    let error = service.supervisor.shutdown().await.expect_err("it is the cause");
    assert!(matches!(error, RuntimeError::CriticalTask { .. }), "{error}");
    assert_eq!(service.times(EventName::ShutdownRequested).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_critical_failure_during_it_ends_it() {
    let mut service = Service::new(config());
    let began = Instant::now();
    // It uses all of the time that is left.
    let other = service.add(TaskSpec::once(TaskFn::shared("other", pending)));
    let db = TaskFn::shared("db", || async {
        sleep(2 * SECOND).await;
        Err(TaskError::fatal("down"))
    });
    service.add(TaskSpec::once(db).with_critical(true));
    settle().await;
    service.supervisor.stop();
    sleep(2 * SECOND).await;
    assert!(other.status().stopping);
    assert!(other.outcome().await.is_aborted());
    assert_eq!(began.elapsed(), GRACE + Duration::from_millis(1), "the deadline is that of the request");
    let error = service.supervisor.shutdown().await.expect_err("a task was aborted");
    // The request was the first cause.
    assert!(matches!(error, RuntimeError::GraceExceeded { .. }), "{error}");
    assert_eq!(service.times(EventName::ShutdownRequested).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_supervisor_has_no_delay() {
    let service = Service::new(config());
    let task = service.add(TaskSpec::once(waits("serve")));
    let began = Instant::now();
    drop(service);
    assert!(task.outcome().await.is_canceled());
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn still_stopping_comes_after_half_of_the_rest() {
    let mut service = Service::new(config());
    service.add(TaskSpec::once(TaskFn::shared("hangs", pending)));
    settle().await;
    let requested = Instant::now();
    let _ = service.supervisor.shutdown().await;
    let rest = GRACE - DELAY;
    assert_eq!(service.times(EventName::StillStopping), [requested + DELAY + rest / 2]);
}

#[tokio::test(start_paused = true)]
async fn a_delay_that_is_not_shorter_than_the_grace_is_refused() {
    for delay in [GRACE, HOUR] {
        let supervisor = Supervisor::new(config().with_shutdown_delay(delay), Vec::new());
        let refused = supervisor.add_task(TaskSpec::once(waits("serve"))).expect_err("no time is left");
        let error = refused.to_string();
        assert!(error.contains("`shutdown_delay` is a part of `grace` and not shorter"), "{error}");
    }
    let none = config().with_grace(Duration::ZERO).with_shutdown_delay(Duration::ZERO);
    Supervisor::new(none, Vec::new()).add_task(TaskSpec::once(waits("serve"))).expect("no delay");
}

#[tokio::test(start_paused = true)]
async fn a_drop_during_it_ends_it() {
    let service = Service::new(config());
    let task = service.add(TaskSpec::once(waits("serve")));
    settle().await;
    service.supervisor.stop();
    sleep(SECOND).await;
    let began = Instant::now();
    drop(service);
    assert!(task.outcome().await.is_canceled());
    assert_eq!(began.elapsed(), Duration::ZERO);
}
