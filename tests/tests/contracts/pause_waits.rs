//! Pauses of tasks that wait, and of tasks that others wait for.

use std::time::Duration;

use taskvisor::{
    Config, EventName, MaxFailures, OnGiveUp, Phase, Readiness, Supervisor, TaskContext, TaskFn, TaskHandle,
    TaskSpec, WaitingOn,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::blame::Consumer;
use crate::connection::{Connection, Order};
use crate::support::*;

const HOUR: Duration = Duration::from_secs(3_600);

fn is_paused(task: &TaskHandle) -> bool {
    task.status().phase.is_paused()
}

fn waits_for(task: &TaskHandle, name: &str) -> bool {
    matches!(task.status().phase, Phase::Waiting { on: WaitingOn::Dependency { name: found, .. }, .. } if found == name)
}

#[tokio::test(start_paused = true)]
async fn a_task_paused_at_its_permit_passes_it_on() {
    let harness = one_at_a_time();
    let owner = harness.add(Rules::never(), Script::task("owner", [Step::SucceedAfter(SECOND)]));
    harness.reach(&owner, 1).await;
    let first = harness.add(Rules::never(), Script::task("first", [Step::Succeed]));
    let second = harness.add(Rules::never(), Script::task("second", [Step::Succeed]));
    harness.settle().await;
    assert_eq!(harness.pause(&first), Ok(true));
    assert!(harness.outcome(&second).await.is_completed());
    assert!(is_paused(&first));
    assert_eq!(first.status().attempt, 0);
    assert_eq!(first.resume(), Ok(true));
    assert!(harness.outcome(&first).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_paused_task_holds_no_permit() {
    let harness = one_at_a_time();
    let first = harness.add(Rules::never(), Script::task("first", [Step::UntilStopped]));
    let second = harness.add(Rules::never(), Script::task("second", [Step::SucceedAfter(SECOND)]));
    harness.settle().await;
    assert_eq!(harness.pause(&first), Ok(true));
    harness.settle().await;
    assert!(second.status().phase.is_running(), "{:?}", second.status());
    // After the resume it waits for its permit like any other.
    assert_eq!(first.resume(), Ok(true));
    harness.settle().await;
    assert!(matches!(first.status().phase, Phase::Waiting { on: WaitingOn::Permit { .. }, .. }));
    harness.reach(&first, 2).await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_paused_at_its_dependency_waits_for_the_resume_too() {
    let harness = Harness::new();
    let db = Connection::add(&harness, "db");
    let serve = harness.spec(Rules::never(), Script::task("serve", [Step::Succeed])).with_needs(["db"]);
    let serve = harness.add_task(serve).expect("it is accepted");
    harness.settle().await;
    assert!(waits_for(&serve, "db"));
    assert_eq!(harness.pause(&serve), Ok(true));
    harness.settle().await;
    assert!(is_paused(&serve), "{:?}", serve.status());
    db.order(Order::Ready);
    sleep(HOUR).await;
    assert!(is_paused(&serve));
    assert_eq!(serve.resume(), Ok(true));
    assert!(harness.outcome(&serve).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_resumed_task_passes_its_gates() {
    let harness = Harness::new();
    let db = Connection::add(&harness, "db");
    let serve = harness.spec(Rules::never(), Script::task("serve", [Step::Succeed])).with_needs(["db"]);
    let serve = harness.add_task(serve).expect("it is accepted");
    assert_eq!(harness.pause(&serve), Ok(true));
    harness.settle().await;
    assert_eq!(serve.resume(), Ok(true));
    sleep(HOUR).await;
    assert!(waits_for(&serve, "db"), "{:?}", serve.status());
    db.order(Order::Ready);
    assert!(harness.outcome(&serve).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn dependents_of_a_paused_task_wait_and_go_on_after_the_resume() {
    let harness = Harness::new();
    let db = harness.spec(Rules::never().ready(Readiness::Start), Script::task("db", [Step::UntilStopped]));
    let db = harness.add_task(db).expect("it is accepted");
    let poll = harness.spec(Rules::always().delay(SECOND), Script::task("poll", [Step::Succeed]));
    let poll = harness.add_task(poll.with_needs(["db"])).expect("it is accepted");
    sleep(seconds(3)).await;
    assert_eq!(harness.pause(&db), Ok(true));
    sleep(seconds(2)).await;
    let attempt = poll.status().attempt;
    assert!(attempt >= 3);
    sleep(HOUR).await;
    assert!(waits_for(&poll, "db"), "{:?}", poll.status());
    assert_eq!((poll.status().attempt, poll.status().failures), (attempt, 0));
    assert_eq!(db.resume(), Ok(true));
    sleep(seconds(3)).await;
    assert!(poll.status().attempt > attempt, "{:?}", poll.status());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_a_needed_task_interrupts_its_dependent_as_a_loss() {
    let harness = Harness::new();
    let db = harness.spec(Rules::never().ready(Readiness::Start), Script::task("db", [Step::UntilStopped]));
    let db = harness.add_task(db).expect("it is accepted");
    let serve = harness.spec(Rules::never(), Script::task("serve", [Step::UntilStopped]));
    let serve = harness.add_task(serve.with_needs(["db"]).with_interrupt_on_loss(seconds(5)));
    let serve = serve.expect("it is accepted");
    harness.settle().await;
    assert_eq!(harness.pause(&db), Ok(true));
    sleep(seconds(4)).await;
    assert!(serve.status().phase.is_running());
    sleep(seconds(2)).await;
    assert!(waits_for(&serve, "db"), "{:?}", serve.status());
    assert_eq!(db.resume(), Ok(true));
    sleep(seconds(3)).await;
    assert!(serve.status().phase.is_running());
    assert_eq!(harness.finish().await.times_of(&serve, EventName::Interrupted), [seconds(5)]);
}

#[tokio::test(start_paused = true)]
async fn a_needed_task_that_gives_up_and_is_paused_ends_no_dependent() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(SECOND).max_failures(1, HOUR).pauses_when_it_gives_up();
    let steps = [Step::Fail("down"), Step::Fail("down"), Step::Succeed];
    let db = harness.add_task(harness.spec(rules, Script::task("db", steps))).expect("it is accepted");
    let serve = harness.spec(Rules::never(), Script::task("serve", [Step::Succeed])).with_needs(["db"]);
    let serve = harness.add_task(serve).expect("it is accepted");
    sleep(HOUR).await;
    assert!(is_paused(&db) && waits_for(&serve, "db"), "{:?}", serve.status());
    assert_eq!(db.resume(), Ok(true));
    assert!(harness.outcome(&serve).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_cancel_of_a_paused_task_ends_its_dependents() {
    let harness = Harness::new();
    let db = harness.spec(Rules::never().ready(Readiness::Start), Script::task("db", [Step::UntilStopped]));
    let db = harness.add_task(db).expect("it is accepted");
    assert_eq!(harness.pause(&db), Ok(true));
    let serve = harness.spec(Rules::never(), Script::task("serve", [Step::Succeed])).with_needs(["db"]);
    let serve = harness.add_task(serve).expect("it is accepted");
    sleep(SECOND).await;
    harness.cancel(&db);
    assert!(harness.outcome(&serve).await.is_canceled());
    assert_eq!(serve.status().attempt, 0);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_does_not_resume_a_dependent_that_gave_up() {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let db = Connection::add(&supervisor, "db");
    let consumer = Consumer::add_with(&supervisor, SECOND, |spec| {
        spec.with_max_failures(MaxFailures::new(1, HOUR)).with_on_give_up(OnGiveUp::Pause)
    });
    db.order(Order::Ready);
    sleep(SECOND).await;
    for _ in 0..2 {
        consumer.fail().await;
        sleep(seconds(2)).await;
    }
    assert!(is_paused(&consumer.task), "{:?}", consumer.task.status());
    db.order(Order::Fail);
    sleep(SECOND).await;
    db.order(Order::Ready);
    sleep(HOUR).await;
    assert!(is_paused(&consumer.task));
    assert_eq!(consumer.task.resume(), Ok(true));
    sleep(seconds(2)).await;
    assert!(consumer.task.status().phase.is_running());
}

#[tokio::test(start_paused = true)]
async fn a_paused_task_keeps_run_alive() {
    let supervisor = Supervisor::default();
    let handle = supervisor.handle();
    let control = async {
        handle.pause("work").expect("it was added");
        sleep(100 * HOUR).await;
        assert!(is_paused(&handle.task("work").expect("it lives")));
        handle.resume("work").expect("it lives");
    };
    let work = TaskFn::arc("work", |context: TaskContext| async move {
        if context.attempt() == 1 {
            context.cancelled().await;
        }
        Ok(())
    });
    let running = supervisor.run(vec![TaskSpec::once(work)]);
    let control = async {
        sleep(SECOND).await;
        control.await;
    };
    let (report, ()) = tokio::join!(running, control);
    assert_eq!(report.expect("in order").completed, 1);
}
