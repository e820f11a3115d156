//! `rate_limit`: how often the attempts of a task begin. See contract 13.

use std::time::Duration;

use taskvisor::{EventName, RateLimit, Supervisor, TaskFn, TaskHandle, TaskSpec};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::support::*;

/// Ten attempts in a minute: one in each six seconds.
pub(crate) const TEN_A_MINUTE: RateLimit = RateLimit::new(10, Duration::from_secs(60));

/// One attempt in a minute.
pub(crate) const ONE_A_MINUTE: RateLimit = RateLimit::new(1, Duration::from_secs(60));

/// Repeats at once after each success.
fn endless(limit: RateLimit) -> Rules {
    Rules::always().delay(Duration::ZERO).rate_limit(limit)
}

/// When the attempts of a task begin within `time`, in seconds.
async fn starts_within(time: u64, rules: Rules, steps: impl Into<Vec<Step>>) -> Vec<u64> {
    let harness = Harness::new();
    let task = harness.add(rules, Script::task("work", steps));
    sleep(millis(1_000 * time + 1)).await;
    in_seconds(&harness.finish().await.starts_of(&task))
}

pub(crate) fn in_seconds(times: &[Duration]) -> Vec<u64> {
    assert!(times.iter().all(|time| time.subsec_nanos() == 0), "{times:?}");
    times.iter().map(Duration::as_secs).collect()
}

async fn ends(harness: &Harness, rules: Rules, name: &'static str) -> TaskHandle {
    let task = harness.add(rules, Script::task(name, [Step::Succeed]));
    assert!(harness.outcome(&task).await.is_completed());
    task
}

#[tokio::test(start_paused = true)]
async fn attempts_are_evenly_spaced() {
    assert_eq!(starts_within(30, endless(TEN_A_MINUTE), [Step::Succeed]).await, [0, 6, 12, 18, 24, 30]);
}

#[tokio::test(start_paused = true)]
async fn a_burst_begins_at_once_and_is_spaced_then() {
    let limit = TEN_A_MINUTE.with_burst(3);
    assert_eq!(starts_within(20, endless(limit), [Step::Succeed]).await, [0, 0, 0, 6, 12, 18]);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_time_restores_no_more_than_the_burst() {
    let limit = TEN_A_MINUTE.with_burst(3);
    let steps =
        [[Step::Succeed; 3].as_slice(), &[Step::SucceedAfter(seconds(600))], &[Step::Succeed]].concat();
    assert_eq!(
        starts_within(620, endless(limit), steps).await,
        [0, 0, 0, 6, 606, 606, 606, 612, 618],
        "the tokens of ten minutes are three"
    );
}

#[tokio::test(start_paused = true)]
async fn a_long_attempt_uses_one_token() {
    let steps = [Step::SucceedAfter(seconds(7)), Step::SucceedAfter(seconds(2)), Step::Succeed];
    assert_eq!(starts_within(20, endless(TEN_A_MINUTE), steps).await, [0, 7, 13, 19]);
}

#[tokio::test(start_paused = true)]
async fn the_longer_of_the_delay_and_the_rate_counts() {
    let rules = Rules::always().rate_limit(TEN_A_MINUTE);
    assert_eq!(starts_within(14, rules.delay(seconds(2)), [Step::Succeed]).await, [0, 6, 12]);
    assert_eq!(starts_within(14, rules.delay(seconds(7)), [Step::Succeed]).await, [0, 7, 14]);
}

#[tokio::test(start_paused = true)]
async fn retries_take_tokens() {
    let rules = Rules::on_failure().without_backoff().uses_retry_after().rate_limit(ONE_A_MINUTE);
    let failed = Step::Fail("down");
    let finished = play(rules, [failed, Step::Panic("bug"), Step::RetryAfter("busy", SECOND), Step::Succeed]);
    assert_eq!(in_seconds(&finished.await.starts()), [0, 60, 120, 180]);
}

#[tokio::test(start_paused = true)]
async fn a_backoff_and_a_rate_run_at_the_same_time() {
    let rules = Rules::on_failure().constant_backoff(seconds(50)).rate_limit(ONE_A_MINUTE);
    let finished =
        play(rules, [Step::Fail("down"), Step::FailAfter(seconds(20), "down"), Step::Succeed]).await;
    assert_eq!(in_seconds(&finished.starts()), [0, 60, 130]);
}

#[tokio::test(start_paused = true)]
async fn a_restart_takes_a_token() {
    let harness = Harness::new();
    let task =
        harness.add(Rules::never().rate_limit(ONE_A_MINUTE), Script::task("work", [Step::UntilStopped]));
    for second in [5, 70, 300] {
        sleep(seconds(second)).await;
        harness.restart(&task).expect("it is running");
    }
    sleep(seconds(60)).await;
    let event_log = harness.finish().await;
    assert_eq!(in_seconds(&event_log.starts_of(&task)), [0, 60, 120, 375]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_the_rate_is_outside_of_the_timeout() {
    let rules = Rules::on_failure().without_backoff().timeout(SECOND).rate_limit(ONE_A_MINUTE);
    let finished = play(rules, [Step::Fail("down"), Step::Hang, Step::Succeed]).await;
    assert_eq!(in_seconds(&finished.starts()), [0, 60, 120]);
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::TimedOut), [seconds(61)]);
    assert!(finished.outcome.is_completed(), "{}", finished.outcome);
}

#[tokio::test(start_paused = true)]
async fn a_rate_outlives_its_task() {
    let harness = Harness::new();
    let rules = Rules::never().rate_limit(ONE_A_MINUTE);
    let mut starts = Vec::new();
    let mut tasks = Vec::new();
    for _ in 0..3 {
        tasks.push(ends(&harness, rules, "work").await);
    }
    let event_log = harness.finish().await;
    for task in &tasks {
        starts.extend(event_log.starts_of(task));
    }
    assert_eq!(in_seconds(&starts), [0, 60, 120]);
}

#[tokio::test(start_paused = true)]
async fn tasks_share_no_rate_with_another_name() {
    let harness = Harness::new();
    let rules = Rules::never().rate_limit(ONE_A_MINUTE);
    let tasks = [ends(&harness, rules, "work").await, ends(&harness, rules, "other").await];
    let event_log = harness.finish().await;
    assert_eq!(tasks.map(|task| event_log.starts_of(&task)), [[seconds(0)], [seconds(0)]]);
}

#[tokio::test(start_paused = true)]
async fn a_task_with_another_rate_shares_none() {
    let harness = Harness::new();
    let [minute, burst] =
        [ONE_A_MINUTE, ONE_A_MINUTE.with_burst(2)].map(|limit| Rules::never().rate_limit(limit));
    let first = ends(&harness, minute, "work").await;
    let second = ends(&harness, burst, "work").await;
    let third = ends(&harness, minute, "work").await;
    for (task, rules) in [(&first, minute), (&second, burst), (&third, minute)] {
        harness.trace().set_task_rules(task, rules);
    }
    let event_log = harness.finish().await;
    let starts = [first, second, third].map(|task| in_seconds(&event_log.starts_of(&task)));
    assert_eq!(starts, [[0], [0], [60]]);
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_has_rates_of_its_own() {
    let rules = Rules::never().rate_limit(ONE_A_MINUTE);
    for _ in 0..2 {
        let harness = Harness::new();
        let task = ends(&harness, rules, "work").await;
        assert_eq!(harness.finish().await.starts_of(&task), [seconds(0)]);
    }
}

/// Without a recorder, whose events would keep the tasks, and their limits.
#[tokio::test(start_paused = true)]
async fn a_rate_among_many_names_is_not_forgotten() {
    let (supervisor, began) = (Supervisor::default(), Instant::now());
    let once = |name: String| {
        let spec = TaskSpec::once(TaskFn::arc(name, || async { Ok(()) })).with_rate_limit(ONE_A_MINUTE);
        supervisor.add_task(spec).expect("the name is free").outcome()
    };
    assert!(once("work".to_owned()).await.is_completed());
    // So many that limits which no task uses any more are removed, unless their rate is still used.
    for number in 0..300 {
        assert!(once(format!("other {number}")).await.is_completed());
    }
    assert_eq!(began.elapsed(), seconds(0));
    assert!(once("work".to_owned()).await.is_completed());
    assert_eq!(began.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn ticks_that_wait_for_the_rate_are_one_run() {
    let harness = Harness::new();
    let spec = harness
        .spec(Rules::every(seconds(25)).rate_limit(ONE_A_MINUTE), Script::task("work", [Step::Succeed]));
    let task = harness.add_task(spec).expect("it is accepted");
    sleep(seconds(130)).await;
    let event_log = harness.finish().await;
    assert_eq!(in_seconds(&event_log.starts_of(&task)), [0, 60, 120]);
}
