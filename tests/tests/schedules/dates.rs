//! `cron`: dates of the wall clock, in tests that take no time.

use std::time::{Duration, SystemTime};

use taskvisor::{Config, EventName, Phase, ScheduledTime, SimulatedDate, TaskHandle};
use tests::{EventLog, Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::support::*;

pub(crate) const HOUR: Duration = Duration::from_secs(3_600);
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

pub(crate) fn date(text: &str) -> SystemTime {
    humantime::parse_rfc3339(text).expect("a date")
}

/// A harness whose clock shows `start`.
pub(crate) fn harness_at(start: &str) -> (Harness, SimulatedDate) {
    let clock = SimulatedDate::new(date(start));
    (Harness::with_config(Config::default().with_simulated_date(clock.clone())), clock)
}

/// The dates of the runs.
pub(crate) fn runs(event_log: &EventLog, task: &TaskHandle) -> Vec<String> {
    let prefix = "scheduled ";
    event_log.of(task).iter().filter_map(|event| event.strip_prefix(prefix)).map(str::to_owned).collect()
}

#[tokio::test(start_paused = true)]
async fn a_year_of_days_passes_at_once() {
    let (harness, clock) = harness_at("2027-01-01T12:00:00Z");
    let task = harness.add(Rules::cron("@daily"), Script::task("report", [Step::Succeed; 366]));
    sleep(365 * DAY).await;
    assert_eq!(clock.now(), date("2028-01-01T12:00:00Z"));
    let event_log = harness.finish().await;
    let runs = runs(&event_log, &task);
    assert_eq!((runs.len(), &*runs[0], &*runs[364]), (365, "2027-01-02T00:00:00Z", "2028-01-01T00:00:00Z"));
}

#[tokio::test(start_paused = true)]
async fn it_does_not_run_at_the_start_and_holds_nothing_up() {
    let (harness, _clock) = harness_at("2027-01-01T12:00:00Z");
    let task = harness.add(Rules::cron("0 13 * * *"), Script::task("report", [Step::Succeed]));
    sleep(seconds(1)).await;
    let status = task.status();
    assert!(matches!(status.phase, Phase::Sleeping { attempt: 0, .. }), "{status:?}");
    assert_eq!(status.next_run(), Some(ScheduledTime::Date(date("2027-01-01T13:00:00Z"))));
    assert_eq!((status.last_run(), status.skipped_ticks()), (None, 0));
    harness.ready().await.expect("a schedule holds no start up");
    sleep(HOUR).await;
    assert_eq!(task.status().last_run(), status.next_run());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_start_delay_skips_the_dates_before_its_end() {
    let (harness, _clock) = harness_at("2027-01-01T12:00:00Z");
    let rules = Rules::cron("0 * * * *").start_delay(90 * seconds(60));
    let task = harness.add(rules, Script::task("report", [Step::Succeed; 4]));
    sleep(3 * HOUR + seconds(1)).await;
    let event_log = harness.finish().await;
    assert_eq!(runs(&event_log, &task), ["2027-01-01T14:00:00Z", "2027-01-01T15:00:00Z"]);
    assert_eq!(event_log.times_of(&task, EventName::Skipped), []);
}

#[tokio::test(start_paused = true)]
async fn daylight_saving_moves_the_runs_and_loses_none() {
    let (harness, _clock) = harness_at("2027-03-12T12:00:00Z");
    let rules = || Rules::cron("30 2 * * *").tz("America/New_York");
    let nightly = harness.add(rules(), Script::task("nightly", [Step::Succeed; 9]));
    let often = Rules::cron("*/30 * * * *").tz("America/New_York");
    let often = harness.add(often, Script::task("often", [Step::Succeed; 999]));
    sleep(3 * DAY + seconds(1)).await;
    let event_log = harness.finish().await;
    assert_eq!(
        runs(&event_log, &nightly),
        ["2027-03-13T07:30:00Z", "2027-03-14T07:00:00Z", "2027-03-15T06:30:00Z"]
    );
    assert_eq!(runs(&event_log, &often).len(), 3 * 48, "the elapsed time");
}

#[tokio::test(start_paused = true)]
async fn an_hour_that_comes_twice_has_one_fixed_run() {
    let (harness, _clock) = harness_at("2027-11-06T12:00:00Z");
    let rules = Rules::cron("30 1 * * *").tz("America/New_York");
    let task = harness.add(rules, Script::task("nightly", [Step::Succeed; 9]));
    sleep(2 * DAY).await;
    let event_log = harness.finish().await;
    assert_eq!(runs(&event_log, &task), ["2027-11-07T05:30:00Z", "2027-11-08T06:30:00Z"]);
}

/// Without a simulated date, the dates of a test begin at the current one. With the real wall clock, the test would never end.
#[tokio::test(start_paused = true)]
async fn a_paused_clock_needs_no_simulated_date() {
    let harness = Harness::new();
    let task = harness.add(Rules::cron("@daily"), Script::task("report", [Step::Succeed; 9]));
    sleep(3 * DAY).await;
    let event_log = harness.finish().await;
    assert_eq!(runs(&event_log, &task).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_retry_belongs_to_its_date_until_the_next_one() {
    let (harness, _clock) = harness_at("2027-01-01T23:59:00Z");
    let rules = Rules::cron("0 * * * *").constant_backoff(40 * seconds(60));
    let steps = [Step::Fail("down"), Step::Fail("down"), Step::Succeed, Step::Succeed];
    let task = harness.add(rules, Script::task("report", steps));
    sleep(2 * HOUR).await;
    let event_log = harness.finish().await;
    let minutes = |minutes: u64| seconds(60 * minutes);
    assert_eq!(event_log.starts_of(&task), [1, 41, 61].map(minutes));
    assert_eq!(runs(&event_log, &task), ["2027-01-02T00:00:00Z", "2027-01-02T01:00:00Z"]);
}
