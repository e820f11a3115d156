//! The wall clock is set, or the machine is suspended, while tasks with `cron` wait.

use std::time::Duration;

use taskvisor::{EventKind, Missed, SimulatedDate};
use tests::{EventLog, Rules, Script, Step};
use tokio::time::sleep;

use crate::dates::{DAY, HOUR, harness_at, runs};
use crate::support::*;

/// The steps that were published, in seconds, negative for a step back.
fn steps(event_log: &EventLog) -> Vec<i64> {
    let steps = event_log.events().iter().filter_map(|event| match event.kind {
        EventKind::ClockStepped { by, back, .. } => {
            let seconds = i64::try_from(by.as_secs()).expect("it is small");
            Some(if back { -seconds } else { seconds })
        }
        _ => None,
    });
    steps.collect()
}

/// Runs a task each hour from half past noon. Sets the clock after ten minutes, and returns the runs of the next three hours.
async fn hourly(missed: Missed, set: impl FnOnce(&SimulatedDate)) -> (Vec<String>, EventLog) {
    let (harness, clock) = harness_at("2027-01-10T12:30:00Z");
    let rules = Rules::cron("0 * * * *").missed(missed);
    let task = harness.add(rules, Script::task("hourly", [Step::Succeed; 99]));
    // A run, so that there is one to repeat.
    sleep(40 * seconds(60)).await;
    set(&clock);
    sleep(3 * HOUR).await;
    let event_log = harness.finish().await;
    let runs = runs(&event_log, &task);
    (runs.iter().map(|run| run[8..16].to_owned()).collect(), event_log)
}

#[tokio::test(start_paused = true)]
async fn a_step_of_a_second_changes_nothing() {
    for step in [SimulatedDate::step_forward, SimulatedDate::step_back] {
        let (runs, event_log) = hourly(Missed::Once, |clock| step(clock, seconds(1))).await;
        assert_eq!(runs, ["10T13:00", "10T14:00", "10T15:00", "10T16:00"]);
        assert_eq!(steps(&event_log).len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_step_back_no_date_runs_again() {
    // At 13:10 it is 12:10 again, and the run of 13:00 is not repeated.
    let (runs, event_log) = hourly(Missed::Once, |clock| clock.step_back(HOUR)).await;
    assert_eq!(runs, ["10T13:00", "10T14:00", "10T15:00"]);
    assert_eq!(steps(&event_log), [-3_600]);
    let (runs, _) = hourly(Missed::Once, |clock| clock.step_back(23 * HOUR)).await;
    assert_eq!(runs, ["10T13:00"], "the schedule waits for the clock");
}

#[tokio::test(start_paused = true)]
async fn a_step_back_by_more_than_a_day_forgets_the_dates() {
    // It is the ninth, 12:10.
    let (runs, event_log) = hourly(Missed::Once, |clock| clock.step_back(25 * HOUR)).await;
    assert_eq!(runs, ["10T13:00", "09T13:00", "09T14:00", "09T15:00"]);
    assert_eq!(steps(&event_log), [-25 * 3_600]);
}

#[tokio::test(start_paused = true)]
async fn a_step_forward_runs_once_for_all_dates_that_it_skips() {
    let (runs, event_log) =
        hourly(Missed::Once, |clock| clock.step_forward(5 * HOUR + 30 * seconds(60))).await;
    assert_eq!(runs, ["10T13:00", "10T18:00", "10T19:00", "10T20:00", "10T21:00"]);
    assert_eq!(steps(&event_log), [5 * 3_600 + 1_800]);
    let skipped: Vec<_> = event_log
        .events()
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Skipped { at, ticks, why, .. } => Some(format!("{at} {ticks} {why}")),
            _ => None,
        })
        .collect();
    assert_eq!(skipped, ["2027-01-10T14:00:00Z 4 missed"]);
}

#[tokio::test(start_paused = true)]
async fn missed_dates_are_skipped_if_the_task_says_so() {
    let (runs, _) = hourly(Missed::Skip, |clock| clock.step_forward(5 * HOUR + 30 * seconds(60))).await;
    assert_eq!(runs, ["10T13:00", "10T19:00", "10T20:00", "10T21:00"]);
}

/// A suspended machine: the monotonic clock stands still, and the date goes on.
#[tokio::test(start_paused = true)]
async fn a_suspend_is_seen_within_half_a_minute() {
    let (harness, clock) = harness_at("2027-01-10T22:00:00Z");
    let task = harness.add(Rules::cron("0 3 * * *"), Script::task("nightly", [Step::Succeed; 9]));
    sleep(HOUR).await;
    clock.step_forward(9 * HOUR);
    sleep(seconds(31)).await;
    assert_eq!(task.status().attempt, 1, "the run of the night");
    let event_log = harness.finish().await;
    assert_eq!(runs(&event_log, &task), ["2027-01-11T03:00:00Z"]);
}

#[tokio::test(start_paused = true)]
async fn a_step_during_a_backoff_brings_the_next_date() {
    let (harness, clock) = harness_at("2027-01-10T12:59:00Z");
    let rules = Rules::cron("0 * * * *").constant_backoff(50 * seconds(60));
    let task = harness.add(rules, Script::task("hourly", [Step::Fail("down"), Step::Succeed, Step::Succeed]));
    sleep(2 * seconds(60)).await;
    clock.step_forward(HOUR);
    sleep(seconds(31)).await;
    assert_eq!(task.status().attempt, 2);
    let event_log = harness.finish().await;
    assert_eq!(runs(&event_log, &task), ["2027-01-10T13:00:00Z", "2027-01-10T14:00:00Z"]);
}

#[tokio::test(start_paused = true)]
async fn a_step_during_a_run_repeats_no_date() {
    let (harness, clock) = harness_at("2027-01-10T12:59:00Z");
    let task = Script::task("hourly", [Step::SucceedAfter(seconds(600)), Step::Succeed, Step::Succeed]);
    let task = harness.add(Rules::cron("0 * * * *"), task);
    sleep(2 * seconds(60)).await;
    clock.step_back(30 * seconds(60));
    sleep(2 * HOUR).await;
    let event_log = harness.finish().await;
    assert_eq!(runs(&event_log, &task), ["2027-01-10T13:00:00Z", "2027-01-10T14:00:00Z"]);
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_without_dates_does_not_watch_the_clock() {
    let (harness, clock) = harness_at("2027-01-10T12:59:00Z");
    let task = harness.add(Rules::every(HOUR), Script::task("hourly", [Step::Succeed; 9]));
    sleep(seconds(60)).await;
    clock.step_forward(5 * HOUR);
    sleep(3 * HOUR).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&task), [0, 1, 2, 3].map(|hour| hour * HOUR).map(|time: Duration| time));
    assert_eq!(steps(&event_log), []);
}

#[tokio::test(start_paused = true)]
async fn steps_that_add_up_to_more_than_a_day_forget_nothing() {
    let (harness, clock) = harness_at("2027-01-10T12:30:00Z");
    let task = harness.add(Rules::cron("0 * * * *"), Script::task("hourly", [Step::Succeed; 99]));
    sleep(HOUR).await;
    for _ in 0..2 {
        clock.step_back(20 * HOUR);
        sleep(seconds(60)).await;
    }
    sleep(2 * DAY).await;
    let event_log = harness.finish().await;
    let runs = runs(&event_log, &task);
    assert_eq!(&runs[..2], ["2027-01-10T13:00:00Z", "2027-01-10T14:00:00Z"]);
}
