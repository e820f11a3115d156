//! Random schedules with `cron` on a clock that is set at random: each date runs at most once, and none is lost.
//!
//! A failure prints the seed of its program. The recorder checks on each trace that the dates of a task only increase, unless the clock
//! was set back by more than a day (`tests/src/grammar/schedule.rs`).

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, SystemTime};

use fastrand::Rng;
use taskvisor::{Config, EventKind, Missed, Overlap, ScheduledTime, SimulatedDate, TaskHandle};
use tests::{EventLog, Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::dates::{DAY, date};

const PROGRAMS: u64 = 100;

const EXPRESSIONS: &[&str] = &[
    "* * * * *",
    "*/7 * * * *",
    "0 * * * *",
    "30 2 * * *",
    "0 2,14 * * *",
    "@daily",
    "15 */3 * * *",
    "*/20 * 3 * * *",
    "45 23 * * MON-FRI",
];

const ZONES: &[&str] =
    &["UTC", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Europe/Berlin", "Pacific/Apia"];

/// What the programs did together.
#[derive(Debug, Default)]
struct Counts {
    runs: u64,
    skipped: u64,
    steps: u64,
}

/// The steps of a clock.
#[derive(Clone, Copy, Debug)]
enum Steps {
    None,
    UpToADay,
    Larger,
}

/// One task with a random schedule, random attempts and random commands; beside it a task that always succeeds at once.
async fn play(rng: &mut Rng, steps: Steps, counts: &mut Counts) {
    let start = date("2027-01-01T00:00:00Z") + Duration::from_secs(rng.u64(0..366 * 86_400));
    let clock = SimulatedDate::new(start);
    let harness = Harness::with_config(Config::default().with_simulated_date(clock.clone()));
    let expression = EXPRESSIONS[rng.usize(..EXPRESSIONS.len())];
    let zone = ZONES[rng.usize(..ZONES.len())];
    let cron = || Rules::cron(expression).tz(zone);
    let all = harness.add(cron(), Script::task("all", vec![Step::Succeed; 20_000]));
    let rules = cron()
        .overlap(if rng.bool() { Overlap::Queue } else { Overlap::Skip })
        .missed(if rng.bool() { Missed::Skip } else { Missed::Once })
        .constant_backoff(Duration::from_secs(rng.u64(1..7_200)))
        .max_retries(rng.u32(0..4));
    let attempts: Vec<Step> = (0..9_000).map(|_| attempt(rng)).collect();
    let task = harness.add(rules, Script::task("task", attempts));
    for _ in 0..rng.u32(0..6) {
        sleep(Duration::from_secs(rng.u64(1..8 * 3_600))).await;
        command(rng, steps, &harness, &task, &clock, counts);
    }
    let _ = task.resume();
    let last = clock.now();
    // Longer than all steps back together and a weekend, so that the schedules must go on.
    sleep(if let Steps::UpToADay = steps { 8 * DAY } else { 3 * DAY }).await;
    let event_log = harness.finish().await;
    let (all, ran) = (dates(&event_log, &all), dates(&event_log, &task));
    counts.runs += ran.len() as u64;
    assert!(
        ran.last().is_some_and(|run| *run > last),
        "no run after the last command: {expression} in {zone}"
    );
    match steps {
        Steps::None => counts.skipped += check_complete(&all, &event_log, &task),
        Steps::UpToADay => assert!(ran.is_sorted_by(|one, next| one < next), "a date has run twice"),
        Steps::Larger => {}
    }
}

/// Mostly short attempts, some that take longer than the time between two dates, and some that fail.
fn attempt(rng: &mut Rng) -> Step {
    let time = Duration::from_secs(if rng.u8(..4) == 0 { rng.u64(..20_000) } else { rng.u64(..60) });
    match rng.u8(..8) {
        0 | 1 => Step::FailAfter(time, "down"),
        2 => Step::Fatal("wrong"),
        _ => Step::SucceedAfter(time),
    }
}

fn command(
    rng: &mut Rng,
    steps: Steps,
    harness: &Harness,
    task: &TaskHandle,
    clock: &SimulatedDate,
    counts: &mut Counts,
) {
    let longest = match steps {
        Steps::None => 0,
        Steps::UpToADay => 86_400,
        Steps::Larger => 400 * 86_400,
    };
    if longest > 0 && rng.u8(..3) > 0 {
        counts.steps += 1;
        // A suspended machine is a step forward, too.
        let step = if rng.bool() { SimulatedDate::step_forward } else { SimulatedDate::step_back };
        // As often a second as a day.
        let by = (rng.f64() * (longest as f64).ln()).exp();
        return step(clock, Duration::from_secs_f64(by).min(Duration::from_secs(longest)));
    }
    match rng.u8(..4) {
        0 => drop(harness.pause(task)),
        1 => drop(task.resume()),
        2 => {
            harness.trace().triggered(task);
            let _ = task.trigger();
        }
        _ => drop(harness.restart(task)),
    }
}

/// The dates of the runs.
fn dates(event_log: &EventLog, task: &TaskHandle) -> Vec<SystemTime> {
    let scheduled = event_log.events_of(task).filter_map(|event| match event.kind {
        EventKind::Scheduled { at: ScheduledTime::Date(date), .. } => Some(date),
        _ => None,
    });
    scheduled.collect()
}

/// Each date has run or was skipped, once; only those after the latest one are open. Returns how many were skipped.
fn check_complete(all: &[SystemTime], event_log: &EventLog, task: &TaskHandle) -> u64 {
    let index: BTreeMap<SystemTime, usize> = all.iter().copied().zip(0..).collect();
    let mut taken = vec![0; all.len()];
    let mut skipped = 0;
    for event in event_log.events_of(task) {
        match event.kind {
            EventKind::Scheduled { at: ScheduledTime::Date(date), .. } => taken[index[&date]] += 1,
            EventKind::Skipped { at: ScheduledTime::Date(date), ticks, .. } => {
                skipped += ticks;
                // A tick that was pending is skipped together with later ones. Those in between may have been missed before.
                let (first, count) = (index[&date], usize::try_from(ticks).expect("it is small"));
                assert_eq!(taken[first], 0, "a date was skipped that was taken before");
                taken[first..]
                    .iter_mut()
                    .filter(|taken| **taken == 0)
                    .take(count)
                    .for_each(|taken| *taken = 1);
            }
            _ => {}
        }
    }
    let open = taken.iter().rev().take_while(|taken| **taken == 0).count();
    let closed = &taken[..taken.len() - open];
    assert!(
        closed.iter().all(|taken| *taken == 1),
        "a date was lost, or taken twice: {:?}",
        closed.iter().position(|taken| *taken != 1)
    );
    skipped
}

fn check(name: &str, steps: Steps) {
    let mut counts = Counts::default();
    // Set to repeat the program of one seed.
    let only = std::env::var("SCHEDULE_SEED").ok().and_then(|seed| seed.parse().ok());
    for seed in only.map_or(0..PROGRAMS, |seed| seed..seed + 1) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        let runtime = runtime.expect("a runtime");
        let mut rng = Rng::with_seed(seed);
        let played = catch_unwind(AssertUnwindSafe(|| runtime.block_on(play(&mut rng, steps, &mut counts))));
        if let Err(panic) = played {
            eprintln!("{name}: the program with the seed {seed}");
            resume_unwind(panic);
        }
    }
    println!("{name}: {PROGRAMS} programs, {counts:?}");
    assert!(only.is_some() || counts.runs > 5 * PROGRAMS);
}

#[test]
fn no_date_is_lost_while_the_clock_runs_straight() {
    check("straight", Steps::None);
}

#[test]
fn no_date_runs_twice_on_a_clock_that_is_set() {
    check("steps of up to a day", Steps::UpToADay);
}

#[test]
fn schedules_go_on_after_steps_of_any_size() {
    check("steps of up to 400 days", Steps::Larger);
}
