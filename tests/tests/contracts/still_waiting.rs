//! What is blocking: a start or a shutdown that takes long says which task holds it up, and what waits for it.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskvisor::{
    BackoffPolicy, Config, Event, EventName, Readiness, Ready, Subscribe, Subscriber, Supervisor,
    TaskContext, TaskError, TaskFn, TaskSpec,
};
use tokio::time::sleep;

/// Keeps the events that say what is blocking.
#[derive(Clone, Default)]
struct Messages(Arc<Mutex<Vec<String>>>);

impl Subscribe for Messages {
    async fn on_event(&mut self, event: &Event) {
        self.0.lock().unwrap().push(event.kind.to_string());
    }
}

impl Messages {
    fn supervisor(&self, config: Config) -> Supervisor {
        let names = [EventName::StillStarting, EventName::StillStopping];
        Supervisor::new(
            config,
            vec![Subscriber::new(self.clone()).with_events(taskvisor::EventSet::of(&names))],
        )
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// A connection that is refused until `from`.
fn database(from: u64) -> TaskSpec {
    let task = TaskFn::arc("db", move |ctx: TaskContext, ready: Ready| async move {
        if ctx.attempt() < from {
            return Err(TaskError::fail(io::Error::from_raw_os_error(111)));
        }
        ready.notify();
        ctx.cancelled().await;
        Ok(())
    });
    TaskSpec::on_failure(task).with_backoff(BackoffPolicy::constant(Duration::from_secs(3)))
}

fn service(name: &'static str) -> TaskSpec {
    TaskSpec::on_failure(TaskFn::arc(name, |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    }))
}

#[tokio::test(start_paused = true)]
async fn a_slow_start_names_its_root_and_what_waits() {
    let messages = Messages::default();
    let supervisor = messages.supervisor(Config::default());
    let specs = vec![
        service("report").with_needs(["consume"]),
        service("consume").with_needs(["db"]).with_ready(Readiness::Start),
        database(100),
    ];
    let until = sleep(Duration::from_millis(45_100));
    supervisor.run_until(specs, until).await.expect("all stop in time");
    let root =
        |attempt| format!("`db` is not ready (attempt {attempt}, last: Connection refused (os error 111))");
    let waiting = "waiting for it: `consume`, `report`";
    assert_eq!(
        messages.take(),
        [
            format!("still_starting after=10s {}; {waiting}", root(4)),
            format!("still_starting after=20s {}; {waiting}", root(7)),
            format!("still_starting after=40s {}; {waiting}", root(14)),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_start_with_two_roots_names_both_in_one_message() {
    let messages = Messages::default();
    let supervisor = messages.supervisor(Config::default().with_max_concurrent(1));
    let slow = TaskFn::arc("slow", |ctx: TaskContext, _ready: Ready| async move {
        ctx.cancelled().await;
        Ok(())
    });
    supervisor.add_task(TaskSpec::once(slow).with_start_timeout(Duration::from_secs(60))).unwrap();
    sleep(Duration::from_secs(2)).await;
    supervisor.add_task(service("second").with_ready(Readiness::Notify)).unwrap();
    supervisor.add_task(service("third").with_needs(["second"])).unwrap();
    sleep(Duration::from_secs(9)).await;
    let expected = "still_starting after=10s `slow` is not ready (attempt 1); `second` waits for its permit; waiting for it: `third`";
    assert_eq!(messages.take(), [expected]);
}

#[tokio::test(start_paused = true)]
async fn a_canceled_task_does_not_end_the_watch_of_others() {
    let messages = Messages::default();
    let supervisor = messages.supervisor(Config::default());
    let unready =
        |name| service(name).with_ready(Readiness::Notify).with_start_timeout(Duration::from_secs(60));
    let first = supervisor.add_task(unready("first")).unwrap();
    supervisor.add_task(unready("second")).unwrap();
    sleep(Duration::from_secs(1)).await;
    first.cancel();
    first.outcome().await;
    sleep(Duration::from_secs(11)).await;
    assert_eq!(messages.take(), ["still_starting after=10s `second` is not ready (attempt 1)"]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_task_that_is_added_again_is_watched() {
    let messages = Messages::default();
    let supervisor = messages.supervisor(Config::default());
    let failed = TaskFn::arc("db", |_ready: Ready| async { Err(TaskError::fatal("no such host")) });
    supervisor.add_task(TaskSpec::once(failed)).unwrap().outcome().await;
    sleep(Duration::from_secs(1)).await;
    supervisor.add_task(database(100)).unwrap();
    sleep(Duration::from_secs(11)).await;
    let expected =
        "still_starting after=10s `db` is not ready (attempt 4, last: Connection refused (os error 111))";
    assert_eq!(messages.take(), [expected]);
}

#[tokio::test(start_paused = true)]
async fn a_start_in_time_says_nothing() {
    let messages = Messages::default();
    let supervisor = messages.supervisor(Config::default());
    let specs = vec![database(3), service("consume").with_needs(["db"])];
    let run = supervisor.run_until(specs, sleep(Duration::from_secs(100)));
    run.await.expect("all stop in time");
    assert!(messages.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_critical_task_that_has_started_ends_its_watch() {
    let messages = Messages::default();
    let supervisor = messages.supervisor(Config::default());
    supervisor.add_task(service("pay").with_critical(true)).expect("the supervisor accepts the task");
    sleep(Duration::from_secs(1_000)).await;
    assert_eq!(messages.take(), [""; 0]);
    supervisor.add_task(database(u64::MAX)).expect("the supervisor accepts the task");
    sleep(Duration::from_secs(11)).await;
    let messages = messages.take();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].contains("10s") && messages[0].contains("`db`"), "{messages:?}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_shutdown_names_what_runs_and_what_waits() {
    let messages = Messages::default();
    let supervisor = messages.supervisor(Config::default().with_grace(Duration::from_secs(14)));
    let flush = TaskFn::arc("flush", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        sleep(Duration::from_secs(9)).await;
        Ok(())
    });
    let flush = TaskSpec::once(flush).with_needs(["db"]).with_stop_timeout(Duration::from_secs(10));
    let specs = vec![flush, database(1)];
    let run = supervisor.run_until(specs, sleep(Duration::from_secs(34)));
    run.await.expect("all stop in time");
    assert_eq!(messages.take(), ["still_stopping after=7s `flush` runs for 41s; waiting for it: `db`"]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_shutdown_is_measured_from_its_request() {
    let messages = Messages::default();
    let supervisor = messages.supervisor(Config::default().with_grace(Duration::from_secs(14)));
    let flush = TaskFn::arc("flush", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        sleep(Duration::from_secs(9)).await;
        Ok(())
    });
    supervisor.add_task(TaskSpec::once(flush)).unwrap();
    sleep(Duration::from_secs(1)).await;
    supervisor.stop();
    // The driver is late.
    tokio::time::advance(Duration::from_millis(1)).await;
    supervisor.shutdown().await.expect("it stops in time");
    assert_eq!(messages.take(), ["still_stopping after=7s `flush` runs for 8s"]);
}

#[tokio::test(start_paused = true)]
async fn a_dependent_that_waits_long_is_reported() {
    let messages = Messages::default();
    let subscriber = Subscriber::new(messages.clone()).with_events(EventName::Delayed);
    let supervisor = Supervisor::new(Config::default(), vec![subscriber]);
    let specs = vec![database(100), service("consume").with_needs(["db"])];
    supervisor.run_until(specs, sleep(Duration::from_secs(25))).await.expect("all stop in time");
    assert_eq!(messages.take(), ["delayed on=db"; 2]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_start_is_reported_after_one_task_has_failed() {
    let messages = Messages::default();
    let supervisor = messages.supervisor(Config::default());
    let fails = TaskFn::arc("fails", || async { Err(TaskError::fatal("no such file")) });
    supervisor.add_task(TaskSpec::once(fails).with_ready(Readiness::Notify)).unwrap();
    supervisor.add_task(database(100)).unwrap();
    sleep(Duration::from_millis(10_100)).await;
    let root = "`db` is not ready (attempt 4, last: Connection refused (os error 111))";
    assert_eq!(messages.take(), [format!("still_starting after=10s {root}")]);
}
