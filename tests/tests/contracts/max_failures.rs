//! `max_failures`: a task gives up once it has more failures within a time, whatever succeeded in between.

use std::time::Duration;

use taskvisor::{Config, EventName, MaxFailures, Outcome, RuntimeError, Supervisor, TaskSpec};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep, sleep_until};

use crate::blame::Consumer;
use crate::connection::{Connection, Order};
use crate::support::*;

const HOUR: Duration = Duration::from_secs(3_600);
const DOWN: Step = Step::Fail("down");

fn two_in_an_hour() -> Rules {
    Rules::on_failure().constant_backoff(SECOND).max_failures(2, HOUR)
}

#[tokio::test(start_paused = true)]
async fn the_failure_beyond_the_limit_makes_the_task_give_up() {
    let rules = Rules::on_failure().constant_backoff(SECOND).max_failures(5, seconds(600));
    let finished = play(rules, [DOWN]).await;
    assert_eq!(finished.failure().attempt(), 6);
    let trace = finished.trace();
    assert_eq!(
        trace[trace.len() - 4..],
        ["failed 6: down", "gave_up after 6 in 600s", "ended failed: down", "removed"]
    );
    assert_eq!(finished.event_log.count(EventName::Backoff), 5);
}

#[tokio::test(start_paused = true)]
async fn a_failure_exactly_as_old_as_the_window_counts() {
    let rules = Rules::on_failure().without_backoff().max_failures(2, seconds(10));
    let finished = play(rules, [Step::FailAfter(seconds(5), "down")]).await;
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::GaveUp), [seconds(15)]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_older_than_the_window_does_not_count() {
    let rules = Rules::on_failure().without_backoff().max_failures(2, seconds(10));
    let harness = Harness::new();
    let task = harness.add(rules, Script::task("work", [Step::FailAfter(millis(5_001), "down")]));
    sleep(seconds(500)).await;
    assert_eq!(task.status().attempt, 100);
    assert_eq!(harness.finish().await.count(EventName::GaveUp), 0);
}

#[tokio::test(start_paused = true)]
async fn successes_in_between_do_not_clear_the_window() {
    let rules = Rules::always().delay(SECOND).constant_backoff(SECOND).max_failures(2, seconds(60));
    let finished = play(rules, [DOWN, Step::Succeed, DOWN, Step::Succeed, DOWN]).await;
    assert_eq!(finished.failure().attempt(), 5);
    assert!(finished.trace().contains(&"gave_up after 3 in 60s".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn stable_attempts_do_not_clear_the_window() {
    let rules = two_in_an_hour().stable_after(SECOND);
    let finished = play(rules, [Step::FailAfter(seconds(60), "down")]).await;
    assert_eq!(finished.failure().attempt(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_failure_with_retry_after_counts() {
    let rules = two_in_an_hour().uses_retry_after();
    let finished = play(rules, [Step::RetryAfter("busy", seconds(100))]).await;
    assert_eq!(finished.starts(), [seconds(0), seconds(100), seconds(200)]);
    assert!(finished.trace().contains(&"gave_up after 3 in 3600s".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn panics_timeouts_and_stray_cancellations_count() {
    let finished =
        play(two_in_an_hour().timeout(SECOND), [Step::Panic("oh"), Step::Cancel, Step::Hang]).await;
    assert_eq!(finished.failure().attempt(), 3);
    assert_eq!(finished.event_log.count(EventName::GaveUp), 1);
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_is_no_give_up() {
    let harness = Harness::new();
    let task = harness.add(two_in_an_hour(), Script::task("work", [DOWN, DOWN, Step::Fatal("broken")]));
    assert!(harness.outcome(&task).await.is_failed());
    let (report, event_log) = harness.try_finish().await;
    assert_eq!(event_log.count(EventName::GaveUp), 0);
    assert_eq!(report.expect("in order").give_ups, []);
}

#[tokio::test(start_paused = true)]
async fn a_restart_clears_the_window() {
    let harness = Harness::new();
    let task = harness.add(two_in_an_hour(), Script::task("work", [DOWN]));
    sleep(millis(1_500)).await;
    assert_eq!(task.status().failures, 2);
    harness.restart(&task).expect("it sleeps");
    assert!(harness.outcome(&task).await.is_failed());
    assert_eq!(task.status().attempt, 5);
    assert!(harness.finish().await.of(&task).contains(&"gave_up after 3 in 3600s".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_pause_by_an_operator_keeps_the_window() {
    let harness = Harness::new();
    let task = harness.add(two_in_an_hour(), Script::task("work", [DOWN]));
    sleep(millis(1_500)).await;
    assert_eq!(harness.pause(&task), Ok(true));
    sleep(SECOND).await;
    assert_eq!(task.resume(), Ok(true));
    assert!(harness.outcome(&task).await.is_failed());
    assert_eq!(task.status().attempt, 3);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_attempt_does_not_count() {
    let harness = Harness::new();
    let steps = [DOWN, DOWN, Step::FailWhenStopped("closing"), Step::Hang];
    let task = harness.add(two_in_an_hour(), Script::task("work", steps));
    harness.reach(&task, 3).await;
    assert_eq!(harness.pause(&task), Ok(true));
    harness.settle().await;
    assert_eq!(task.resume(), Ok(true));
    harness.reach(&task, 4).await;
    assert_eq!(task.status().failures, 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_lower_limit_applies_first() {
    let finished = play(two_in_an_hour().max_retries(1), [DOWN]).await;
    assert!(finished.trace().contains(&"gave_up after 2".to_owned()), "{:?}", finished.trace());
    let finished = play(two_in_an_hour().max_retries(3), [DOWN]).await;
    assert!(finished.trace().contains(&"gave_up after 3 in 3600s".to_owned()), "{:?}", finished.trace());
}

#[tokio::test(start_paused = true)]
async fn one_thousand_failures_are_remembered() {
    let rules = Rules::on_failure().without_backoff().max_failures(1_000, HOUR);
    let finished = play(rules, [DOWN]).await;
    assert_eq!(finished.failure().attempt(), 1_001);
}

fn consumer(supervisor: &Supervisor) -> Consumer {
    let limit = MaxFailures::new(2, HOUR);
    Consumer::add_with(supervisor, SECOND, |spec| spec.with_max_failures(limit))
}

#[tokio::test(start_paused = true)]
async fn an_outage_removes_earlier_failures_from_the_window() {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let db = Connection::add(&supervisor, "db");
    let consumer = consumer(&supervisor);
    db.order(Order::Ready);
    sleep(SECOND).await;
    for _ in 0..2 {
        consumer.fail().await;
        sleep(seconds(2)).await;
    }
    // The outage explains both failures: the connection has given no sign of life since.
    db.order(Order::Fail);
    sleep(SECOND).await;
    db.order(Order::Ready);
    sleep(seconds(3)).await;
    for _ in 0..2 {
        consumer.fail().await;
        sleep(seconds(2)).await;
        assert!(consumer.task.status().phase.is_running(), "{:?}", consumer.task.status());
    }
    consumer.fail().await;
    assert!(consumer.task.outcome().await.is_failed());
}

#[tokio::test(start_paused = true)]
async fn failures_during_an_outage_do_not_count() {
    let supervisor = Supervisor::new(Config::default().with_recovery_spread(Duration::ZERO), Vec::new());
    let db = Connection::add(&supervisor, "db");
    let consumer = consumer(&supervisor);
    for _ in 0..10 {
        db.order(Order::Ready);
        sleep(seconds(2)).await;
        assert!(consumer.task.status().phase.is_running(), "{:?}", consumer.task.status());
        db.order(Order::Fail);
        sleep(SECOND).await;
        consumer.fail().await;
    }
    assert_eq!(consumer.task.status().total_failures, 10);
}

#[tokio::test(start_paused = true)]
async fn the_default_of_the_configuration_applies() {
    let config = Config::default().with_max_failures(MaxFailures::new(1, HOUR));
    let harness = Harness::with_config(config);
    let failing = |name| TaskSpec::on_failure(Script::task(name, [DOWN, DOWN, DOWN, Step::Succeed]));
    for name in ["limited", "unlimited", "once"] {
        harness.trace().set_rules(name, Rules::on_failure());
    }
    harness.trace().set_rules("limited", Rules::on_failure().max_failures(1, HOUR));
    let limited = harness.add_task(failing("limited")).expect("accepted");
    let unlimited = harness.add_task(failing("unlimited").with_max_failures(None)).expect("accepted");
    assert!(matches!(harness.outcome(&limited).await, Outcome::Failed(_)));
    assert_eq!(limited.status().attempt, 2);
    assert!(harness.outcome(&unlimited).await.is_completed());
    // A task without retries is not refused for it, and neither is one whose backoff is too slow.
    let once = harness.add_task(TaskSpec::once(Script::task("once", [Step::Succeed]))).expect("accepted");
    assert!(harness.outcome(&once).await.is_completed());
    let slow = failing("slow").with_backoff(taskvisor::BackoffPolicy::constant(2 * HOUR));
    let slow = harness.add_task(slow).expect("accepted");
    harness.trace().set_rules("slow", Rules::on_failure().constant_backoff(2 * HOUR));
    assert!(harness.outcome(&slow).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_default_that_cannot_work_is_refused() {
    let config = Config::default().with_max_failures(MaxFailures::new(0, HOUR));
    let supervisor = Supervisor::new(config, Vec::new());
    let error = supervisor.add_task(TaskSpec::once(Script::task("work", [Step::Succeed])));
    let error = error.map(drop).expect_err("zero failures");
    assert!(
        matches!(error.reason(), RuntimeError::InvalidConfig { reason, .. } if reason.contains("`max_failures` is 0"))
    );
}

#[test]
fn a_limit_is_written_as_it_is_read() {
    for text in ["5 in 10m", "1 in 1s", "1000 in 1day"] {
        assert_eq!(text.parse::<MaxFailures>().expect("a limit").to_string(), text);
    }
    for text in ["", "5", "in 10m", "5 in", "5in10m", "-1 in 10m", "5 in ten minutes", "99999999999 in 1s"] {
        let error = text.parse::<MaxFailures>().expect_err(text);
        assert_eq!(error.to_string(), "not a number of failures in a time: write it as in `5 in 10m`");
    }
}

#[tokio::test(start_paused = true)]
async fn the_failures_in_the_window_are_listed() {
    let harness = Harness::new();
    let limit = MaxFailures::new(2, seconds(150));
    let rules = Rules::always().delay(seconds(100)).constant_backoff(SECOND).max_failures(2, seconds(150));
    // Fails at 0, 101 and 202 s, and succeeds one second later.
    let steps = [DOWN, Step::Succeed, DOWN, Step::Succeed, DOWN, Step::Succeed];
    let task = harness.add(rules, Script::task("work", steps));
    let without = harness.add(Rules::on_failure().constant_backoff(SECOND), Script::task("without", [DOWN]));
    let start = Instant::now();
    for (at, failures) in [(50_000, 1), (150_000, 2), (150_001, 1), (251_000, 2), (251_001, 1)] {
        sleep_until(start + millis(at)).await;
        let listed = task.failures_in_window().expect("it has a limit");
        assert_eq!((listed.failures, listed.limit), (failures, limit), "at {at} ms");
    }
    assert_eq!(without.failures_in_window(), None);
    task.restart().expect("it is live");
    sleep(millis(1)).await;
    assert_eq!(
        task.failures_in_window().map(|listed| listed.to_string()).as_deref(),
        Some("0 of 2 in 2m 30s")
    );
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_pause_after_giving_up_clears_the_window() {
    let harness = Harness::new();
    let rules = two_in_an_hour().pauses_when_it_gives_up();
    let task = harness.add(rules, Script::task("work", [DOWN]));
    sleep(millis(1_500)).await;
    assert_eq!(task.failures_in_window().map(|listed| listed.failures), Some(2));
    sleep(SECOND).await;
    assert!(task.status().phase.is_paused());
    assert_eq!(task.failures_in_window().map(|listed| listed.failures), Some(0));
    harness.finish().await;
}
