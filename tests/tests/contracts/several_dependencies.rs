//! A task that depends on several others: the end of any of them counts at once, and each loss for itself.

use taskvisor::{
    Config, FailureKind, Outcome, StopCause, Supervisor, TaskContext, TaskError, TaskFn, TaskSpec,
};
use tokio::time::sleep;

use crate::connection::{Connection, Order};
use crate::support::{SECOND, millis};

fn supervisor() -> Supervisor {
    Supervisor::new(Config::default().with_recovery_spread(std::time::Duration::ZERO), Vec::new())
}

fn service(name: &'static str) -> TaskSpec {
    TaskSpec::on_failure(TaskFn::arc(name, |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    }))
}

#[tokio::test(start_paused = true)]
async fn the_end_of_one_dependency_counts_while_another_is_down() {
    let supervisor = supervisor();
    let _db = Connection::add(&supervisor, "db");
    for needs in [["db", "token"], ["token", "db"]] {
        let token = Connection::add(&supervisor, "token");
        let consume = supervisor.add_task(service("consume").with_needs(needs)).unwrap();
        sleep(SECOND).await;
        // Whether it is ready or not, `consume` waits for `db`.
        token.order(Order::Ready);
        sleep(SECOND).await;
        token.task.cancel();
        sleep(SECOND).await;
        let outcome = consume.status().phase;
        assert_eq!(outcome, taskvisor::Phase::Ended(Outcome::canceled(StopCause::Dependency)), "{needs:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_completed_dependency_that_fails_when_added_again_counts() {
    let supervisor = supervisor();
    let _db = Connection::add(&supervisor, "db");
    let migrate = || TaskFn::arc("migrate", || async { Ok(()) });
    let migrated = supervisor.add_task(TaskSpec::once(migrate())).unwrap();
    let consume = supervisor.add_task(service("consume").with_needs(["db", "migrate"])).unwrap();
    assert!(migrated.outcome().await.is_completed());
    sleep(SECOND).await;
    let bad = TaskFn::arc("migrate", || async { Err(TaskError::fatal("no such table")) });
    supervisor.add_task(TaskSpec::once(bad)).unwrap();
    sleep(SECOND).await;
    let Outcome::Failed(failure) = consume.outcome().await else { panic!("{:?}", consume.status()) };
    assert_eq!(failure.kind(), FailureKind::Dependency);
}

#[tokio::test(start_paused = true)]
async fn losses_of_two_tasks_are_not_one_long_loss() {
    let supervisor = supervisor();
    let (db, token) = (Connection::add(&supervisor, "db"), Connection::add(&supervisor, "token"));
    let spec = service("consume").with_needs(["db", "token"]).with_interrupt_on_loss(5 * SECOND);
    let consume = supervisor.add_task(spec).unwrap();
    db.order(Order::Ready);
    token.order(Order::Ready);
    sleep(SECOND).await;
    // One of them is always down, and each recovers in time.
    db.order(Order::Fail);
    for _ in 0..3 {
        sleep(2 * SECOND).await;
        token.order(Order::Fail);
        sleep(SECOND).await;
        db.order(Order::Ready);
        sleep(2 * SECOND).await;
        db.order(Order::Fail);
        sleep(SECOND).await;
        token.order(Order::Ready);
    }
    assert_eq!(consume.status().attempt, 1);
    assert!(consume.status().phase.is_running(), "{:?}", consume.status());
    // The loss that lasts counts from its own beginning.
    sleep(4 * SECOND - millis(1)).await;
    assert!(consume.status().phase.is_running(), "{:?}", consume.status());
    sleep(millis(2)).await;
    assert!(consume.status().phase.is_waiting(), "{:?}", consume.status());
}

#[tokio::test(start_paused = true)]
async fn a_completed_task_that_is_added_again_had_no_outage() {
    let supervisor = supervisor();
    let once = || {
        TaskSpec::once(TaskFn::arc("migrate", || async { Ok(()) })).with_ready(taskvisor::Readiness::Start)
    };
    supervisor.add_task(once()).unwrap();
    let fails = TaskFn::arc("consume", || async {
        sleep(SECOND).await;
        Err(TaskError::fail("broken pipe"))
    });
    let spec =
        TaskSpec::on_failure(fails).with_backoff(taskvisor::BackoffPolicy::none()).with_needs(["migrate"]);
    let consume = supervisor.add_task(spec).unwrap();
    sleep(millis(2_500)).await;
    assert_eq!(consume.status().failures, 2);
    let again = TaskFn::arc("migrate", || async {
        sleep(100 * SECOND).await;
        Ok(())
    });
    supervisor.add_task(TaskSpec::once(again).with_ready(taskvisor::Readiness::Start)).unwrap();
    sleep(2 * SECOND).await;
    assert_eq!(consume.status().failures, 4);
}

#[tokio::test(start_paused = true)]
async fn a_refused_run_takes_no_name_of_a_needed_task() {
    let supervisor = supervisor();
    let migrate = || TaskSpec::once(TaskFn::arc("migrate", || async { Ok(()) }));
    let migrated = supervisor.add_task(migrate()).unwrap();
    let poll = TaskFn::arc("poll", || async {
        sleep(SECOND).await;
        Ok(())
    });
    let poll = TaskSpec::always(poll, std::time::Duration::ZERO).with_needs(["migrate"]);
    let poll = supervisor.add_task(poll).unwrap();
    assert!(migrated.outcome().await.is_completed());
    sleep(SECOND).await;
    let refused = supervisor
        .run(vec![
            migrate(),
            service("other").with_needs(["migrate"]),
            service("wrong").with_needs(["unknown"]),
        ])
        .await;
    assert!(refused.is_err());
    sleep(5 * SECOND).await;
    assert!(poll.status().attempt > 4, "{:?}", poll.status());
}
