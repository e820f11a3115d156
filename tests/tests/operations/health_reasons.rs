//! The table of the reasons in `docs/operations.md`: a test for each row. See contract 16.6.

use std::time::Duration;

use taskvisor::{
    FailureKind, Health, HealthReason, HealthReasonKind, OnGiveUp, Readiness, RestartPolicy, Supervisor,
    TaskContext, TaskError, TaskFn, TaskSpec,
};
use tokio::time::{Instant, sleep};

use crate::health::{HOUR, SECOND, connects, fails, settle, waits, words};

/// The only reason.
fn only(health: &Health) -> &HealthReason {
    assert_eq!(health.reasons.len(), 1, "{health}");
    &health.reasons[0]
}

/// The task, the kind, and whether the supervisor is ready.
fn row(health: &Health) -> (&str, &'static str, bool) {
    let reason = only(health);
    assert_eq!(reason.blocks_ready, !health.ready, "{health}");
    (reason.task.as_deref().unwrap_or_default(), reason.kind.label(), health.ready)
}

fn with_plain() -> Supervisor {
    let supervisor = Supervisor::default();
    supervisor.add_task(TaskSpec::once(waits("plain"))).expect("it is added");
    supervisor
}

#[test]
fn each_kind_has_a_machine_word() {
    let kinds = [
        (HealthReasonKind::GaveUp, "gave_up"),
        (HealthReasonKind::NotReady, "not_ready"),
        (HealthReasonKind::Stalled, "stalled"),
        (HealthReasonKind::Stuck, "stuck"),
        (HealthReasonKind::Paused, "paused"),
        (HealthReasonKind::ShuttingDown, "shutting_down"),
    ];
    for (kind, word) in kinds {
        assert_eq!((kind.label(), kind.to_string()), (word, word.to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn gave_up_is_a_failed_task_or_one_paused_by_its_failures() {
    for in_set in [true, false] {
        for pauses in [true, false] {
            let supervisor = with_plain();
            let mut spec = fails("billing", "connection refused")
                .with_restart(RestartPolicy::OnFailure)
                .with_max_retries(4)
                .with_on_give_up(if pauses { OnGiveUp::Pause } else { OnGiveUp::Fail });
            if in_set {
                spec = spec.with_ready(Readiness::Success);
            }
            let task = supervisor.add_task(spec).expect("it is added");
            sleep(HOUR).await;
            let health = supervisor.health();
            assert_eq!(row(&health), ("billing", "gave_up", !in_set));
            let reason = only(&health);
            assert_eq!((reason.failures, reason.since), (5, task.status().since));
            let error = reason.last_error.as_ref().map(ToString::to_string);
            assert_eq!(error.as_deref(), Some("connection refused"));
            assert_eq!(reason.to_string(), "`billing` gave up (5 failures): connection refused");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn gave_up_is_also_a_fatal_error_and_no_submission() {
    let supervisor = with_plain();
    let fatal = TaskFn::shared("fatal", || async { Err(TaskError::fatal("no such account")) });
    let task = supervisor.add_task(TaskSpec::inherit(fatal)).expect("it is added");
    assert!(task.outcome().await.is_failed());
    assert_eq!(row(&supervisor.health()), ("fatal", "gave_up", true));
    #[cfg(feature = "controller")]
    {
        let supervisor = with_plain();
        let spec = taskvisor::ControllerSpec::queue(fails("job", "down")).with_slot("slot");
        let job = supervisor.submit(spec).expect("there is room");
        assert!(job.outcome().await.is_failed());
        assert!(supervisor.health().reasons.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn not_ready_is_a_task_of_the_set() {
    let supervisor = with_plain();
    let began = Instant::now();
    supervisor.add_task(TaskSpec::once(connects("db"))).expect("it is added");
    settle().await;
    let health = supervisor.health();
    assert_eq!(row(&health), ("db", "not_ready", false));
    assert_eq!((only(&health).since, only(&health).failures), (began, 0));
    assert!(only(&health).last_error.is_none());
}

#[tokio::test(start_paused = true)]
async fn stalled_is_a_missed_heartbeat_until_the_next_attempt() {
    for in_set in [true, false] {
        let supervisor = with_plain();
        let silent = TaskFn::shared("feed", |ctx: TaskContext| async move {
            if ctx.attempt() > 1 {
                ctx.cancelled().await;
                return Ok(());
            }
            // It ignores the stop of its attempt for a second.
            ctx.cancelled().await;
            sleep(SECOND).await;
            Ok(())
        });
        let mut spec = TaskSpec::inherit(silent)
            .with_heartbeat(5 * SECOND)
            .with_stop_timeout(10 * SECOND)
            .with_backoff(taskvisor::BackoffPolicy::constant(5 * SECOND));
        if in_set {
            spec = spec.with_ready(Readiness::Start);
        }
        supervisor.add_task(spec).expect("it is added");
        sleep(SECOND).await;
        assert!(supervisor.health().reasons.is_empty());
        // It is interrupted, and returns; then it waits for its next attempt.
        for _ in 0..2 {
            sleep(Duration::from_millis(4_500)).await;
            assert_eq!(row(&supervisor.health()), ("feed", "stalled", !in_set));
        }
        let error = only(&supervisor.health()).last_error.as_ref().map(taskvisor::Failure::kind);
        assert_eq!(error, Some(FailureKind::Stalled));
        sleep(3 * SECOND).await;
        assert_eq!(words(&supervisor.health()), "ready");
    }
}

#[tokio::test(start_paused = true)]
async fn paused_is_a_task_that_an_operator_has_paused() {
    for in_set in [true, false] {
        let supervisor = with_plain();
        let spec = TaskSpec::once(waits("feed"));
        let spec = if in_set { spec.with_ready(Readiness::Start) } else { spec };
        let task = supervisor.add_task(spec).expect("it is added");
        settle().await;
        task.pause().expect("it runs");
        settle().await;
        let health = supervisor.health();
        assert_eq!(row(&health), ("feed", "paused", !in_set));
        assert_eq!(only(&health).since, task.status().since);
        assert_eq!(only(&health).to_string(), "`feed` is paused");
        task.resume().expect("it is paused");
        settle().await;
        assert_eq!(words(&supervisor.health()), "ready");
        assert!(supervisor.health().reasons.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn reasons_that_block_come_first_and_the_line_is_bounded() {
    let supervisor = with_plain();
    supervisor.pause("plain").expect("it is there");
    supervisor.add_task(TaskSpec::once(connects("db"))).expect("it is added");
    supervisor.add_task(fails("feed", "refused")).expect("it is added");
    settle().await;
    let expected = "not ready: `db` is not ready; `feed` gave up (1 failure): refused; `plain` is paused";
    assert_eq!(words(&supervisor.health()), expected);
    let names = ["a", "b", "c", "d", "e"];
    for name in names {
        supervisor.add_task(TaskSpec::once(connects(name))).expect("it is added");
    }
    settle().await;
    let health = supervisor.health();
    assert_eq!(health.reasons.len(), 8);
    assert!(words(&health).ends_with("`d` is not ready; and 3 more"), "{health}");
    sleep(SECOND).await;
    let expected = "ready, but `feed` gave up (1 failure): refused; `plain` is paused";
    assert_eq!(words(&supervisor.health()), expected);
}

/// On real threads: only another thread can see that a body blocks.
#[test]
fn stuck_is_a_task_that_blocks_past_its_grace() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("there are threads");
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Arc::new(std::sync::Mutex::new(released));
    runtime.block_on(async {
        let supervisor = with_plain();
        let blocks = TaskFn::arc("blocks", move |ctx: TaskContext| {
            let released = std::sync::Arc::clone(&released);
            async move {
                ctx.cancelled().await;
                let _ = released.lock().expect("no other thread panics").recv();
                Ok(())
            }
        });
        let task = supervisor.add_task(TaskSpec::once(blocks)).expect("it is added");
        task.started().await.expect("it runs");
        task.cancel_with_grace(Duration::ZERO);
        assert!(task.outcome().await.is_aborted());
        let health = supervisor.health();
        assert_eq!(row(&health), ("blocks", "stuck", true));
        assert!(health.live, "without a watchdog");
        drop(release);
        while !matches!(task.status().phase, taskvisor::Phase::Ended(_)) {
            tokio::task::yield_now().await;
        }
        assert!(supervisor.health().reasons.is_empty());
    });
}
