//! What depends on time, on the paused clock.

use std::time::Duration;

use taskvisor::{
    BackoffPolicy, Config, ControllerSpec, Readiness, Ready, Supervisor, TaskContext, TaskError, TaskFn,
    TaskSpec,
};
use tokio::time::sleep;

use super::Snapshot;
use crate::answer::{Attention, AttentionKind, StatusAnswer, TaskAnswer, Verdict};
use crate::clock::Clock;
use crate::dashboard::Dashboard;
use crate::snapshot::TaskQuery;

fn endless(name: &'static str) -> TaskSpec {
    TaskSpec::once(TaskFn::arc(name, |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    }))
}

fn status(supervisor: &Supervisor) -> StatusAnswer {
    let snapshot = Snapshot { supervisor, ring: None, moment: Clock::new().moment() };
    snapshot.status(&Dashboard::new(), false)
}

fn kinds(supervisor: &Supervisor) -> Vec<AttentionKind> {
    status(supervisor).attention.iter().map(|one| one.kind).collect()
}

fn only(supervisor: &Supervisor) -> Attention {
    let mut attention = status(supervisor).attention;
    assert_eq!(attention.len(), 1, "{attention:?}");
    attention.remove(0)
}

fn row(supervisor: &Supervisor, name: &str) -> TaskAnswer {
    let query = TaskQuery {
        limit: 10,
        after: None,
        names: [name.to_owned()].into(),
        contains: None,
        phase: None,
        attempts: false,
    };
    let snapshot = Snapshot { supervisor, ring: None, moment: Clock::new().moment() };
    snapshot.task_list(&query).tasks.remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_slot_grows_while_more_submissions_come_than_leave() {
    let supervisor = Supervisor::default();
    let submit =
        |name| supervisor.submit(ControllerSpec::queue(endless(name)).with_slot("mail")).expect("valid");
    let owner = submit("owner");
    owner.started().await.expect("it owns the slot");
    for name in ["first", "second"] {
        submit(name);
    }
    sleep(Duration::from_secs(60)).await;
    assert_eq!(kinds(&supervisor), [], "two wait for one owner");
    submit("third");
    let slot = only(&supervisor);
    assert_eq!(
        (slot.kind, slot.slot.as_deref(), slot.task),
        (AttentionKind::GrowingSlot, Some("mail"), None)
    );
    assert_eq!(slot.text, "3 submissions wait for it, 3 of them since its oldest owner acquired it");
    assert_eq!(
        status(&supervisor).text,
        "DEGRADED: slot `mail`: 3 submissions wait for it, 3 of them since its oldest owner acquired it"
    );
    owner.cancel();
    owner.outcome().await;
    sleep(Duration::ZERO).await;
    assert_eq!(kinds(&supervisor), [], "the next one runs, and none has come since");
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_not_yet_a_growing_slot() {
    let supervisor = Supervisor::default();
    for name in ["owner", "first", "second", "third", "fourth"] {
        supervisor.submit(ControllerSpec::queue(endless(name)).with_slot("mail")).expect("valid");
    }
    sleep(Duration::from_secs(9)).await;
    assert_eq!(kinds(&supervisor), []);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(kinds(&supervisor), [AttentionKind::GrowingSlot]);
}

#[tokio::test(start_paused = true)]
async fn a_scheduled_run_that_does_not_begin_is_overdue() {
    let supervisor = Supervisor::new(Config::default().with_max_concurrent(1), Vec::new());
    let holder = supervisor.add_task(endless("holder")).expect("valid");
    holder.started().await.expect("it holds the permit");
    let report = TaskFn::shared("report", || async { Ok(()) });
    let report = TaskSpec::inherit(report).with_every(Duration::from_secs(3_600));
    supervisor.add_task(report).expect("valid");
    sleep(Duration::from_secs(5)).await;
    assert_eq!(kinds(&supervisor), []);
    sleep(Duration::from_secs(1)).await;
    let overdue = only(&supervisor);
    assert_eq!((overdue.kind, overdue.task.as_deref()), (AttentionKind::OverdueSchedule, Some("report")));
    assert_eq!(row(&supervisor, "report").phase_text, "waiting for a permit");
}

#[tokio::test(start_paused = true)]
async fn a_crash_loop_says_how_many_failures_in_which_time() {
    let supervisor = Supervisor::default();
    let crash = TaskFn::shared("crash", || async {
        sleep(Duration::from_secs(4)).await;
        Err(TaskError::fail("no answer"))
    });
    let crash = TaskSpec::on_failure(crash).with_backoff(BackoffPolicy::constant(Duration::from_secs(10)));
    supervisor.add_task(crash).expect("valid");
    // Attempts begin at 0, 14 and 28 s, and fail 4 s later.
    sleep(Duration::from_secs(30)).await;
    assert_eq!(kinds(&supervisor), [], "two failures are what retries are for");
    sleep(Duration::from_secs(5)).await;
    let crash = only(&supervisor);
    assert_eq!(
        (crash.kind, crash.text.as_str()),
        (AttentionKind::CrashLooping, "fails again and again, 3 failures in 35s")
    );
    assert!(crash.until.is_some(), "the page counts down to it");
    sleep(Duration::from_secs(8)).await;
    assert_eq!(only(&supervisor).until, None, "the next attempt is running");
}

#[tokio::test(start_paused = true)]
async fn a_start_is_no_degradation_until_something_fails() {
    let supervisor = Supervisor::default();
    let connect = TaskFn::arc("connect", |ctx: TaskContext, ready: Ready| async move {
        sleep(Duration::from_secs(2)).await;
        ready.notify();
        ctx.cancelled().await;
        Ok(())
    });
    supervisor.add_task(TaskSpec::once(connect).with_ready(Readiness::Notify)).expect("valid");
    supervisor.add_task(endless("poll").with_needs(["connect"])).expect("valid");
    sleep(Duration::from_secs(1)).await;
    let starting = status(&supervisor);
    assert_eq!((starting.verdict, starting.started), (Verdict::Starting, false));
    assert_eq!(starting.text, "STARTING: `connect` is not ready; and 1 more");
    sleep(Duration::from_secs(2)).await;
    let started = status(&supervisor);
    assert_eq!((started.verdict, started.text.as_str()), (Verdict::Ok, "OK: 2 tasks, 2 running"));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_stops_is_not_ready_because_of_it() {
    let supervisor = Supervisor::default();
    let slow = TaskFn::arc("slow", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        sleep(Duration::from_secs(5)).await;
        Ok(())
    });
    supervisor.add_task(TaskSpec::once(slow).with_ready(Readiness::Start)).expect("valid");
    supervisor.ready().await.expect("it starts");
    supervisor.remove_task("slow").expect("it runs");
    assert_eq!(only(&supervisor).text, "not ready: it stops");
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_is_progress() {
    let supervisor = Supervisor::default();
    let work = TaskFn::arc("work", |ctx: TaskContext| async move {
        sleep(Duration::from_secs(20)).await;
        ctx.heartbeat();
        ctx.cancelled().await;
        Ok(())
    });
    supervisor.add_task(TaskSpec::once(work).with_heartbeat(Duration::from_secs(60))).expect("valid");
    sleep(Duration::from_secs(25)).await;
    let work = row(&supervisor, "work");
    assert_eq!(work.heartbeat_age_ms, Some(5_000));
    // 20 s after the beginning of the attempt. Times are those of the wall clock, rounded to milliseconds.
    assert!(work.last_progress.as_ref() > Some(&work.since), "{work:?}");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_waits_for_a_rate_limit_has_a_countdown() {
    let supervisor = Supervisor::default();
    let poll = TaskFn::shared("poll", || async { Ok(()) });
    let limit = taskvisor::RateLimit::new(1, Duration::from_secs(60));
    supervisor.add_task(TaskSpec::always(poll, Duration::ZERO).with_rate_limit(limit)).expect("valid");
    sleep(Duration::from_secs(1)).await;
    let poll = row(&supervisor, "poll");
    assert_eq!(poll.waits_for.as_ref().map(|waits| waits.kind.as_str()), Some("rate"));
    assert!(poll.next_attempt.as_ref() > Some(&poll.since), "{poll:?}");
}
