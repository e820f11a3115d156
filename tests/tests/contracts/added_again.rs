//! A needed task that ended and was added again under its name: for its dependents it is the same task, started again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use taskvisor::{
    BackoffPolicy, RestartPolicy, Supervisor, TaskContext, TaskError, TaskFn, TaskHandle, TaskSpec,
};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::sleep;

use crate::connection::{Connection, Order};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// A dependent of `db` whose attempts fail on order.
struct Consumer {
    task: TaskHandle,
    fail: UnboundedSender<TaskError>,
}

impl Consumer {
    fn add(supervisor: &Supervisor, backoff: Duration) -> Self {
        let (fail, orders) = unbounded_channel();
        let orders = Arc::new(tokio::sync::Mutex::new(orders));
        let task = TaskFn::arc("consume", move |ctx: TaskContext| {
            let orders = Arc::clone(&orders);
            async move {
                let mut orders = orders.lock().await;
                tokio::select! {
                    () = ctx.cancelled() => Ok(()),
                    error = orders.recv() => error.map_or(Ok(()), Err),
                }
            }
        });
        let spec = TaskSpec::on_failure(task).with_backoff(BackoffPolicy::constant(backoff));
        Self { task: supervisor.add_task(spec.with_needs(["db"])).expect("it is accepted"), fail }
    }

    /// Fails the attempt. Returns the counts of failures.
    async fn fail(&self) -> (u32, u32) {
        self.fail.send(TaskError::fail("broken pipe")).expect("the task lives");
        sleep(Duration::from_millis(1)).await;
        let status = self.task.status();
        (status.failures, status.total_failures)
    }
}

fn service(name: &'static str) -> TaskSpec {
    TaskSpec::on_failure(TaskFn::arc(name, |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    }))
}

/// A consumer that runs while `db` has ended.
async fn start(backoff: Duration) -> (Supervisor, Consumer) {
    let supervisor = Supervisor::default();
    let db = Connection::add(&supervisor, "db");
    let consumer = Consumer::add(&supervisor, backoff);
    db.order(Order::Ready);
    sleep(SECOND).await;
    db.task.cancel();
    db.task.outcome().await;
    (supervisor, consumer)
}

#[tokio::test(start_paused = true)]
async fn its_outages_explain_failures() {
    let (supervisor, consumer) = start(SECOND).await;
    let db = Connection::add(&supervisor, "db");
    db.order(Order::Ready);
    sleep(100 * SECOND).await;
    assert_eq!(consumer.fail().await, (1, 1));
    sleep(3 * SECOND).await;
    db.order(Order::Fail);
    db.order(Order::Ready);
    sleep(SECOND).await;
    assert_eq!(consumer.fail().await, (1, 2), "the outage explains the first one");
}

#[tokio::test(start_paused = true)]
async fn failures_before_its_last_sign_of_life_stay_counted() {
    let (supervisor, consumer) = start(SECOND).await;
    let is_down = Arc::new(AtomicBool::new(false));
    let poll = {
        let is_down = Arc::clone(&is_down);
        TaskFn::arc("db", move || {
            let is_down = is_down.load(Ordering::Relaxed);
            async move { if is_down { Err(TaskError::fail("connection refused")) } else { Ok(()) } }
        })
    };
    supervisor.add_task(TaskSpec::always(poll, SECOND)).unwrap();
    sleep(10 * SECOND).await;
    assert_eq!(consumer.fail().await, (1, 1));
    sleep(4 * SECOND).await;
    is_down.store(true, Ordering::Relaxed);
    sleep(2 * SECOND).await;
    assert_eq!(consumer.fail().await, (1, 2), "`db` has lived after the first one");
}

#[tokio::test(start_paused = true)]
async fn a_backoff_that_its_end_explains_ends_once_it_is_ready() {
    let supervisor = Supervisor::default();
    let db = Connection::add(&supervisor, "db");
    let consumer = Consumer::add(&supervisor, HOUR);
    db.order(Order::Ready);
    sleep(SECOND).await;
    consumer.fail().await;
    db.task.cancel();
    db.task.outcome().await;
    sleep(SECOND).await;
    let db = Connection::add(&supervisor, "db");
    sleep(SECOND).await;
    assert!(consumer.task.status().phase.is_sleeping());
    db.order(Order::Ready);
    sleep(2 * SECOND).await;
    assert!(consumer.task.status().phase.is_running(), "{:?}", consumer.task.status());
}

#[tokio::test(start_paused = true)]
async fn it_is_in_the_start_up_set() {
    let (supervisor, consumer) = start(SECOND).await;
    let migrate = TaskFn::arc("db", || async {
        sleep(10 * SECOND).await;
        Ok(())
    });
    let db = supervisor.add_task(TaskSpec::once(migrate)).unwrap();
    supervisor.ready().await.expect("it completes");
    assert!(db.is_finished() && !consumer.task.is_finished());
}

#[tokio::test(start_paused = true)]
async fn one_that_can_never_be_ready_is_refused() {
    let (supervisor, _consumer) = start(SECOND).await;
    let endless = || service("db").with_restart(RestartPolicy::Always);
    let error = supervisor.add_task(endless()).expect_err("it can never be ready");
    let reason = "`db`: `consume` depends on it, and it repeats without end and never says that it is ready: give it a parameter \
                  `Ready`, or set its `ready = \"start\"` or `ready = \"success\"`";
    assert_eq!(error.to_string(), reason);
    let error = supervisor.run(vec![endless()]).await.expect_err("it can never be ready");
    assert_eq!(error.to_string(), reason);
    supervisor.add_task(service("db")).expect("the name is free");
}

#[cfg(feature = "macros")]
mod declared {
    use taskvisor::{Ready, TaskContext, TaskError, task};

    #[task(max_retries = 3)]
    pub(super) async fn db(ctx: TaskContext, ready: Ready) -> Result<(), TaskError> {
        ready.notify();
        ctx.cancelled().await;
        Ok(())
    }

    #[task(needs = [db])]
    pub(super) async fn sync(ctx: TaskContext) {
        ctx.cancelled().await;
    }
}

#[cfg(feature = "macros")]
#[tokio::test(start_paused = true)]
async fn a_declared_task_that_was_refused_is_not_known() {
    let supervisor = Supervisor::default();
    supervisor.add_task(declared::sync::spec()).expect_err("`db` was not added");
    let error = supervisor.add_task(service("report").with_needs(["sync"])).expect_err("it was refused");
    let reason = "`report`: `needs` names `sync`, and no task of this name was added: add it first";
    assert_eq!(error.to_string(), reason);
}

#[cfg(feature = "macros")]
#[tokio::test(start_paused = true)]
async fn a_declared_task_that_was_ready_before_it_was_needed_explains() {
    let supervisor = Supervisor::default();
    let db = supervisor.add_task(declared::db::spec()).unwrap();
    db.ready().await.expect("it notifies");
    sleep(SECOND).await;
    let consumer = Consumer::add(&supervisor, SECOND);
    sleep(SECOND).await;
    assert_eq!(consumer.fail().await, (1, 1));
    sleep(2 * SECOND).await;
    db.restart().expect("it runs");
    sleep(SECOND).await;
    assert_eq!(consumer.fail().await, (1, 2), "the outage explains the first one");
}
