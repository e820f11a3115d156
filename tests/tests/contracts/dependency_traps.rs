//! What goes wrong elsewhere: dependents that stay dead, stampedes, long chains, names that are used again.

use std::sync::{Arc, Mutex};

use taskvisor::{
    BackoffPolicy, Config, Outcome, Readiness, StopCause, Supervisor, TaskContext, TaskError, TaskFn,
    TaskHandle, TaskSpec,
};
use tokio::time::{Instant, sleep};

use crate::connection::{Connection, Order};
use crate::support::{SECOND, millis};

/// A task that works until its stop, and records when its attempts start.
fn service(name: impl Into<std::borrow::Cow<'static, str>>, starts: &Arc<Mutex<Vec<Instant>>>) -> TaskSpec {
    let starts = Arc::clone(starts);
    TaskSpec::on_failure(TaskFn::arc(name, move |ctx: TaskContext| {
        starts.lock().unwrap().push(Instant::now());
        async move {
            ctx.cancelled().await;
            Ok(())
        }
    }))
}

fn add(supervisor: &Supervisor, spec: TaskSpec) -> TaskHandle {
    supervisor.add_task(spec).expect("it is accepted")
}

/// Every kind of failure that an outage causes: each dependent is back a second after the recovery.
#[tokio::test(start_paused = true)]
async fn no_dependent_stays_dead_after_the_recovery() {
    let supervisor = Supervisor::default();
    let db = Connection::add(&supervisor, "db");
    let mut dependents = Vec::new();
    for number in 0..100_u64 {
        // Each attempt notices the outage in its own way: by an error, a panic, a timeout, or not at all.
        let task = TaskFn::arc(format!("consume-{number}"), move |ctx: TaskContext| async move {
            tokio::select! {
                () = ctx.cancelled() => Ok(()),
                () = sleep(millis(1_000 + 37 * number)) => match number % 4 {
                    0 => Err(TaskError::fail("broken pipe")),
                    1 => panic!("broken pipe"),
                    2 => {
                        std::future::pending::<()>().await;
                        Ok(())
                    },
                    _ => {
                        ctx.cancelled().await;
                        Ok(())
                    },
                },
            }
        });
        let spec = TaskSpec::on_failure(task)
            .with_backoff(BackoffPolicy::constant(3_600 * SECOND))
            .with_max_retries(3)
            .with_timeout(6 * SECOND)
            .with_needs(["db"]);
        dependents.push(add(&supervisor, spec));
    }
    db.order(Order::Ready);
    sleep(SECOND).await;
    db.order(Order::Fail);
    sleep(20 * SECOND).await;
    assert!(dependents.iter().all(|task| !task.status().phase.is_running()));
    db.order(Order::Ready);
    sleep(millis(1_001)).await;
    let dead: Vec<_> =
        dependents.iter().map(TaskHandle::status).filter(|task| !task.phase.is_running()).collect();
    assert!(dead.is_empty(), "{} are dead: {:?}", dead.len(), dead.first());
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_dependents_do_not_stampede() {
    let supervisor = Supervisor::default();
    let db = Connection::add(&supervisor, "db");
    let starts = Arc::default();
    for number in 0..10_000 {
        let spec = service(format!("consume-{number}"), &starts).with_needs(["db"]);
        add(&supervisor, spec.with_interrupt_on_loss(millis(1)));
    }
    db.order(Order::Ready);
    sleep(millis(1)).await;
    assert_eq!(std::mem::take(&mut *starts.lock().unwrap()).len(), 10_000);
    db.order(Order::Fail);
    sleep(SECOND).await;
    let recovered = Instant::now();
    db.order(Order::Ready);
    sleep(millis(1_002)).await;
    let times: Vec<_> = starts.lock().unwrap().iter().map(|at| *at - recovered).collect();
    assert_eq!(times.len(), 10_000);
    let in_window = |window: u64| times.iter().filter(|at| at.as_millis() as u64 / 10 == window).count();
    let most = (0..=100).map(in_window).max();
    // Evenly spread, 100 start within 10 ms. More than twice as many are as good as impossible.
    assert!(most < Some(200), "{most:?}");
}

#[tokio::test(start_paused = true)]
async fn a_chain_of_ten_thousand_starts_and_stops_in_order() {
    let supervisor = Supervisor::new(Config::default().with_grace(3_600 * SECOND), Vec::new());
    let starts = Arc::default();
    // The last one first, so that each waits when the one before it is added.
    let specs = (0..10_000).rev().map(|number| {
        let spec = service(format!("link-{number}"), &starts).with_ready(Readiness::Start);
        if number == 0 { spec } else { spec.with_needs([format!("link-{}", number - 1)]) }
    });
    let specs = specs.collect();
    let report = supervisor.run_until(specs, sleep(SECOND)).await.expect("all stop in time");
    assert_eq!(report.canceled, 10_000);
    assert_eq!(starts.lock().unwrap().len(), 10_000);
}

#[tokio::test(start_paused = true)]
async fn a_needed_task_that_was_cancelled_and_added_again_is_found() {
    let supervisor = Supervisor::default();
    let starts = Arc::default();
    let first = Connection::add(&supervisor, "db");
    let consume = add(&supervisor, service("consume", &starts).with_needs(["db"]));
    first.order(Order::Ready);
    sleep(SECOND).await;
    first.task.cancel();
    first.task.outcome().await;
    assert!(consume.status().phase.is_running(), "a running attempt goes on");
    let second = Connection::add(&supervisor, "db");
    consume.restart().expect("it runs");
    sleep(SECOND).await;
    assert!(consume.status().phase.is_waiting(), "the second one is not ready: {:?}", consume.status());
    second.order(Order::Ready);
    sleep(2 * SECOND).await;
    assert_eq!(consume.status().attempt, 2);
    // Without another one, the next attempt cannot start.
    second.task.cancel();
    second.task.outcome().await;
    consume.restart().expect("it runs");
    assert_eq!(consume.outcome().await, Outcome::canceled(StopCause::Dependency));
}

#[tokio::test(start_paused = true)]
async fn a_waiting_dependent_keeps_no_permit_from_others() {
    let supervisor = Supervisor::new(Config::default().with_max_concurrent(2), Vec::new());
    let db = Connection::add(&supervisor, "db");
    let starts = Arc::default();
    let consume = add(&supervisor, service("consume", &starts).with_needs(["db"]));
    sleep(SECOND).await;
    let other = add(&supervisor, service("other", &starts));
    sleep(SECOND).await;
    assert!(other.status().phase.is_running());
    db.order(Order::Ready);
    sleep(SECOND).await;
    let waits = consume.status().phase;
    assert_eq!(waits.to_string(), "waiting for a permit");
    // The permit is free only when `db` is down.
    db.order(Order::Fail);
    other.cancel();
    sleep(SECOND).await;
    assert_eq!(consume.status().phase.to_string(), "waiting for `db`");
    let third = add(&supervisor, service("third", &starts));
    sleep(SECOND).await;
    assert!(third.status().phase.is_running(), "{:?}", third.status());
}

#[tokio::test(start_paused = true)]
async fn a_dependent_added_during_an_outage_waits_for_its_end() {
    let supervisor = Supervisor::default();
    let db = Connection::add(&supervisor, "db");
    db.order(Order::Ready);
    sleep(SECOND).await;
    db.order(Order::Fail);
    sleep(SECOND).await;
    let starts = Arc::default();
    let consume = add(&supervisor, service("consume", &starts).with_needs(["db"]));
    let after = add(&supervisor, service("after", &starts).with_after(["db"]));
    sleep(SECOND).await;
    assert!(consume.status().phase.is_waiting());
    assert!(after.status().phase.is_running(), "it was ready once");
    db.order(Order::Ready);
    sleep(millis(1_001)).await;
    assert!(consume.status().phase.is_running());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_was_started_again_was_ready_before() {
    let supervisor = Supervisor::default();
    let starts = Arc::default();
    let first = Connection::add(&supervisor, "db");
    let waits = add(&supervisor, service("waits", &starts).with_needs(["db"]));
    first.order(Order::Ready);
    sleep(SECOND).await;
    first.task.cancel();
    first.task.outcome().await;
    Connection::add(&supervisor, "db");
    let after = add(&supervisor, service("after", &starts).with_after(["db"]));
    sleep(SECOND).await;
    assert!(after.status().phase.is_running(), "{:?}", after.status());
    assert!(waits.status().phase.is_running());
}

#[tokio::test(start_paused = true)]
async fn a_refused_run_leaves_nothing_behind() {
    let supervisor = Supervisor::default();
    let starts = Arc::default();
    let specs = || {
        vec![
            service("db", &starts).with_ready(Readiness::Start),
            service("consume", &starts).with_needs(["db"]),
        ]
    };
    let mut wrong = specs();
    wrong.push(service("wrong", &starts).with_needs(["unknown"]));
    supervisor.run(wrong).await.expect_err("one is refused");
    let unknown =
        supervisor.add_task(service("late", &starts).with_needs(["db"])).expect_err("it was refused");
    assert!(unknown.to_string().contains("no task of this name was added"), "{unknown}");
    let report = supervisor.run_until(specs(), async {
        supervisor.ready().await.expect("both are ready");
        sleep(SECOND).await;
    });
    report.await.expect("all stop in time");
    assert_eq!(starts.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_needed_name_is_not_taken_by_a_task_that_is_never_ready() {
    let supervisor = Supervisor::default();
    let starts = Arc::default();
    let db = Connection::add(&supervisor, "db");
    add(&supervisor, service("consume", &starts).with_needs(["db"]));
    db.order(Order::Ready);
    sleep(SECOND).await;
    db.task.cancel();
    db.task.outcome().await;
    let endless = service("db", &starts).with_restart(taskvisor::RestartPolicy::Always);
    let refused = supervisor.add_task(endless).expect_err("it is never ready");
    assert!(refused.to_string().contains("`consume` depends on it"), "{refused}");
    assert_eq!(refused.into_spec().name(), "db");
    Connection::add(&supervisor, "db");
}

#[tokio::test(start_paused = true)]
async fn losses_of_two_tasks_are_not_one_long_loss() {
    let supervisor = Supervisor::default();
    let (a, b) = (Connection::add(&supervisor, "a"), Connection::add(&supervisor, "b"));
    let starts = Arc::default();
    let spec = service("consume", &starts).with_needs(["a", "b"]).with_interrupt_on_loss(5 * SECOND);
    let consume = add(&supervisor, spec);
    a.order(Order::Ready);
    b.order(Order::Ready);
    sleep(SECOND).await;
    a.order(Order::Fail);
    sleep(3 * SECOND).await;
    b.order(Order::Fail);
    sleep(SECOND).await;
    a.order(Order::Ready);
    sleep(3 * SECOND).await;
    assert!(consume.status().phase.is_running(), "{:?}", consume.status());
    sleep(2 * SECOND).await;
    assert!(consume.status().phase.is_waiting(), "{:?}", consume.status());
}

#[tokio::test(start_paused = true)]
async fn the_end_of_one_dependency_ends_a_wait_for_another() {
    let supervisor = Supervisor::default();
    let starts = Arc::default();
    for names in [["never", "db"], ["db", "never"]] {
        let never = Connection::add(&supervisor, "never");
        let db = Connection::add(&supervisor, "db");
        let waits = add(&supervisor, service("waits", &starts).with_needs(names));
        db.order(Order::Ready);
        sleep(SECOND).await;
        assert!(waits.status().phase.is_waiting());
        db.task.cancel();
        assert_eq!(waits.outcome().await, Outcome::canceled(StopCause::Dependency));
        never.task.cancel();
        never.task.outcome().await;
    }
}
