//! Blame: failures of a dependent that the outage of a needed task explains are not counted, and its end ends their backoff.

use std::time::Duration;

use taskvisor::{
    BackoffPolicy, Config, FailureKind, Outcome, Readiness, Supervisor, TaskContext, TaskError, TaskFn,
    TaskHandle, TaskSpec,
};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::sleep;

use crate::connection::{Connection, Order};
use crate::support::millis;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// A task whose attempts fail on order.
pub(crate) struct Consumer {
    pub(crate) task: TaskHandle,
    fail: UnboundedSender<TaskError>,
}

impl Consumer {
    fn add(supervisor: &Supervisor, backoff: Duration) -> Self {
        Self::add_with(supervisor, backoff, |spec| spec.with_max_retries(2))
    }

    /// Adds a consumer with a constant backoff, and with the options that `more` sets.
    pub(crate) fn add_with(
        supervisor: &Supervisor,
        backoff: Duration,
        more: impl FnOnce(TaskSpec) -> TaskSpec,
    ) -> Self {
        let (fail, orders) = unbounded_channel();
        let orders = std::sync::Arc::new(tokio::sync::Mutex::new(orders));
        let task = TaskFn::arc("consume", move |ctx: TaskContext| {
            let orders = std::sync::Arc::clone(&orders);
            async move {
                let mut orders = orders.lock().await;
                tokio::select! {
                    () = ctx.cancelled() => Ok(()),
                    error = orders.recv() => error.map_or(Ok(()), Err),
                }
            }
        });
        let spec = more(TaskSpec::on_failure(task).with_backoff(BackoffPolicy::constant(backoff)));
        Self { task: supervisor.add_task(spec.with_needs(["db"])).expect("it is accepted"), fail }
    }

    pub(crate) async fn fail(&self) {
        self.fail.send(TaskError::fail("broken pipe")).expect("the task lives");
        sleep(Duration::from_millis(1)).await;
    }

    fn failures(&self) -> (u32, u32) {
        let status = self.task.status();
        (status.failures, status.total_failures)
    }
}

fn start() -> (Supervisor, Connection) {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let db = Connection::add(&supervisor, "db");
    (supervisor, db)
}

#[tokio::test(start_paused = true)]
async fn failures_before_a_known_outage_are_not_counted() {
    let (supervisor, db) = start();
    let consumer = Consumer::add(&supervisor, SECOND);
    db.order(Order::Ready);
    sleep(SECOND).await;
    for failures in 1..=2 {
        consumer.fail().await;
        assert_eq!(consumer.failures(), (failures, failures));
        sleep(2 * SECOND).await;
    }
    db.order(Order::Fail);
    sleep(SECOND).await;
    consumer.fail().await;
    assert_eq!(consumer.failures(), (0, 3), "the third one would have been the last");
    db.order(Order::Ready);
    sleep(2 * SECOND).await;
    assert!(consumer.task.status().phase.is_running(), "{:?}", consumer.task.status());
    consumer.fail().await;
    assert_eq!(consumer.failures(), (1, 4), "it is ready again");
}

#[tokio::test(start_paused = true)]
async fn two_outages_during_one_attempt_both_explain() {
    let (supervisor, db) = start();
    let consumer = Consumer::add(&supervisor, SECOND);
    db.order(Order::Ready);
    sleep(SECOND).await;
    consumer.fail().await;
    sleep(2 * SECOND).await;
    for _ in 0..2 {
        db.order(Order::Fail);
        sleep(SECOND).await;
        db.order(Order::Ready);
        sleep(SECOND).await;
    }
    consumer.fail().await;
    assert_eq!(consumer.failures(), (1, 2), "the first outage explains the first failure");
}

#[tokio::test(start_paused = true)]
async fn any_number_of_failures_during_an_outage_is_excused() {
    let (supervisor, db) = start();
    let consumer = Consumer::add(&supervisor, SECOND);
    for round in 1..=20 {
        db.order(Order::Ready);
        sleep(3 * SECOND).await;
        assert!(consumer.task.status().phase.is_running(), "{:?}", consumer.task.status());
        db.order(Order::Fail);
        sleep(SECOND).await;
        consumer.fail().await;
        assert_eq!(consumer.failures(), (0, round));
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_an_outage_ends_the_backoff_that_it_caused() {
    let (supervisor, db) = start();
    let consumer = Consumer::add(&supervisor, HOUR);
    db.order(Order::Ready);
    sleep(SECOND).await;
    // It fails first, and only then the outage is known.
    consumer.fail().await;
    assert_eq!(consumer.failures(), (1, 1));
    sleep(SECOND).await;
    db.order(Order::Fail);
    sleep(SECOND).await;
    assert!(consumer.task.status().phase.is_sleeping());
    assert_eq!(consumer.failures(), (0, 1));
    db.order(Order::Ready);
    sleep(Duration::from_millis(1_001)).await;
    assert!(consumer.task.status().phase.is_running(), "{:?}", consumer.task.status());
    // It fails during the outage.
    db.order(Order::Fail);
    sleep(SECOND).await;
    consumer.fail().await;
    assert!(consumer.task.status().phase.is_sleeping());
    db.order(Order::Ready);
    sleep(Duration::from_millis(1_001)).await;
    assert!(consumer.task.status().phase.is_running(), "{:?}", consumer.task.status());
    // Nothing explains this failure, and the outage after a sign of life is another matter.
    consumer.fail().await;
    sleep(SECOND).await;
    assert!(consumer.task.status().phase.is_sleeping());
    assert_eq!(consumer.failures(), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn a_short_outage_within_one_attempt_is_found_afterwards() {
    let (supervisor, db) = start();
    let consumer = Consumer::add(&supervisor, SECOND);
    db.order(Order::Ready);
    sleep(SECOND).await;
    consumer.fail().await;
    sleep(2 * SECOND).await;
    assert_eq!(consumer.failures(), (1, 1));
    db.order(Order::Fail);
    db.order(Order::Ready);
    sleep(SECOND).await;
    assert!(consumer.task.status().phase.is_running());
    consumer.fail().await;
    assert_eq!(consumer.failures(), (1, 2), "the first one is explained, the second one is not");
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_is_not_ended() {
    let (supervisor, db) = start();
    let consumer = Consumer::add(&supervisor, SECOND);
    db.order(Order::Ready);
    sleep(SECOND).await;
    db.order(Order::Fail);
    sleep(SECOND).await;
    let error = TaskError::retry_after("too many requests", HOUR);
    consumer.fail.send(error).unwrap();
    sleep(SECOND).await;
    db.order(Order::Ready);
    sleep(1_000 * SECOND).await;
    assert!(consumer.task.status().phase.is_sleeping());
    assert_eq!(consumer.failures(), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_during_an_outage_ends_the_task() {
    let (supervisor, db) = start();
    let consumer = Consumer::add(&supervisor, SECOND);
    db.order(Order::Ready);
    sleep(SECOND).await;
    db.order(Order::Fail);
    sleep(SECOND).await;
    consumer.fail.send(TaskError::fatal("unknown schema")).unwrap();
    let outcome = consumer.task.outcome().await;
    assert!(
        matches!(&outcome, Outcome::Failed(failure) if failure.kind() == FailureKind::Fatal),
        "{outcome}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_backoff_ends_when_the_task_is_started_again() {
    let (supervisor, first) = start();
    let consumer = Consumer::add(&supervisor, HOUR);
    first.order(Order::Ready);
    sleep(SECOND).await;
    consumer.fail().await;
    first.task.cancel();
    sleep(SECOND).await;
    assert!(consumer.task.status().phase.is_sleeping());
    let second = Connection::add(&supervisor, "db");
    second.order(Order::Ready);
    sleep(millis(1_001)).await;
    assert!(consumer.task.status().phase.is_running(), "{:?}", consumer.task.status());
    // Its signs of life count as those of the first one.
    consumer.fail().await;
    assert_eq!(consumer.failures(), (1, 2));
    second.order(Order::Fail);
    sleep(SECOND).await;
    assert_eq!(consumer.failures(), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn two_outages_within_one_attempt_are_both_found() {
    let (supervisor, db) = start();
    let consumer = Consumer::add(&supervisor, SECOND);
    db.order(Order::Ready);
    sleep(SECOND).await;
    consumer.fail().await;
    sleep(2 * SECOND).await;
    for _ in 0..2 {
        db.order(Order::Fail);
        db.order(Order::Ready);
        sleep(SECOND).await;
    }
    consumer.fail().await;
    assert_eq!(consumer.failures(), (1, 2), "the first one is explained by the first outage");
}

/// Whether a dependent reads the state in between decides nothing.
#[tokio::test(start_paused = true)]
async fn a_task_that_completes_ends_the_outage_before_it() {
    for is_added_again in [false, true] {
        let supervisor = Supervisor::default();
        let needed = || TaskFn::arc("needed", std::future::pending::<Result<(), TaskError>>);
        let needed = || TaskSpec::on_failure(needed()).with_ready(Readiness::Start);
        let first = supervisor.add_task(needed()).expect("a valid task");
        let fails = TaskFn::arc("dependent", || async {
            sleep(millis(10)).await;
            Err::<(), _>(TaskError::retry_after("down", millis(100)))
        });
        let dependent = TaskSpec::on_failure(fails).with_needs(["needed"]);
        let dependent = supervisor.add_task(dependent).expect("a valid task");
        sleep(millis(20)).await;
        assert_eq!(dependent.status().failures, 1);
        first.cancel_with_grace(Duration::ZERO);
        first.outcome().await;
        let completes = TaskSpec::once(TaskFn::arc("needed", || async { Ok(()) }));
        let second = supervisor.add_task(completes).expect("the name is free");
        assert!(second.outcome().await.is_completed());
        if is_added_again {
            supervisor.add_task(needed()).expect("the name is free");
        }
        sleep(millis(120)).await;
        let status = dependent.status();
        assert_eq!((status.attempt, status.failures, status.total_failures), (2, 1, 2), "{is_added_again}");
    }
}
