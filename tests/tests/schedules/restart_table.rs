//! The restart table of schedules: what follows each end of an attempt, with `delay`, `every` and `cron`. One test for each cell.

use std::time::Duration;

use taskvisor::{Config, Outcome, Phase, SimulatedDate, TaskContext, TaskError, TaskFn, TaskRef};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::dates::date;
use crate::support::*;

#[derive(Clone, Copy)]
enum Kind {
    Delay,
    Every,
    Cron,
}

/// What the task does in the 100 seconds after its first attempt begins.
enum Expected {
    /// Its attempts begin at these times, in seconds, and it goes on.
    Starts(&'static [u64]),
    /// So many attempts, and then its end.
    Failed(u64),
    Completed(u64),
}

/// Plays a task that repeats each minute, with a backoff of seven seconds and one retry.
async fn play(kind: Kind, change: fn(Rules) -> Rules, task: TaskRef, expected: Expected) {
    // A minute before the first date, so that the first tick of the others is at the same time.
    let clock = SimulatedDate::new(date("2027-01-10T12:00:00Z"));
    let harness = Harness::with_config(Config::default().with_simulated_date(clock));
    let minute = seconds(60);
    let rules = match kind {
        Kind::Delay => Rules::always().delay(minute).start_delay(minute),
        Kind::Every => Rules::every(minute).start_delay(minute),
        Kind::Cron => Rules::cron("* * * * *"),
    };
    let task = harness.add(change(rules.constant_backoff(seconds(7)).max_retries(1)), task);
    sleep(minute + seconds(100)).await;
    let outcome = match task.status().phase {
        Phase::Ended(outcome) => Some(outcome),
        _ => None,
    };
    let event_log = harness.finish().await;
    let starts: Vec<Duration> = event_log.starts_of(&task).into_iter().map(|start| start - minute).collect();
    match expected {
        Expected::Starts(expected) => {
            assert!(outcome.is_none(), "{outcome:?}");
            let expected: Vec<Duration> = expected.iter().copied().map(seconds).collect();
            assert_eq!(starts, expected);
        }
        Expected::Failed(attempts) => {
            assert!(outcome.as_ref().is_some_and(Outcome::is_failed), "{outcome:?}");
            assert_eq!(starts.len() as u64, attempts);
        }
        Expected::Completed(attempts) => {
            assert!(outcome.as_ref().is_some_and(Outcome::is_completed), "{outcome:?}");
            assert_eq!(starts.len() as u64, attempts);
        }
    }
}

/// Plays these steps, and then succeeds.
fn script(steps: &[Step]) -> TaskRef {
    Script::task("work", [steps, &[Step::Succeed; 9]].concat())
}

/// Calls `first` in the first attempt, and then succeeds.
fn begins_with(first: fn(&TaskContext) -> Result<(), TaskError>) -> TaskRef {
    TaskFn::arc("work", move |context: TaskContext| async move {
        if context.attempt() == 1 { first(&context) } else { Ok(()) }
    })
}

/// A row of the table: the task, a change of its rules, and what it does with `delay` and with `every` or `cron`.
macro_rules! row {
    ($name:ident, $task:expr, $change:expr, $delay:expr, $ticks:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(start_paused = true)]
            async fn with_delay() {
                play(Kind::Delay, $change, $task, $delay).await;
            }

            #[tokio::test(start_paused = true)]
            async fn with_every() {
                play(Kind::Every, $change, $task, $ticks).await;
            }

            #[tokio::test(start_paused = true)]
            async fn with_cron() {
                play(Kind::Cron, $change, $task, $ticks).await;
            }
        }
    };
}

use Expected::{Completed, Failed, Starts};

row!(success, script(&[]), |rules| rules, Starts(&[0, 60]), Starts(&[0, 60]));
row!(error, script(&[Step::Fail("down")]), |rules| rules, Starts(&[0, 7, 67]), Starts(&[0, 7, 60]));
row!(panic, script(&[Step::Panic("oops")]), |rules| rules, Starts(&[0, 7, 67]), Starts(&[0, 7, 60]));
row!(
    timeout,
    script(&[Step::Hang]),
    |rules| rules.timeout(seconds(5)),
    Starts(&[0, 12, 72]),
    Starts(&[0, 12, 60])
);
row!(
    canceled_without_a_request,
    script(&[Step::Cancel]),
    |rules| rules,
    Starts(&[0, 7, 67]),
    Starts(&[0, 7, 60])
);
row!(
    retry_after,
    script(&[Step::RetryAfter("busy", Duration::from_secs(20))]),
    Rules::uses_retry_after,
    Starts(&[0, 20, 80]),
    Starts(&[0, 20, 60])
);
row!(
    retry_after_beyond_a_tick,
    script(&[Step::RetryAfter("busy", Duration::from_secs(70))]),
    Rules::uses_retry_after,
    Starts(&[0, 70]),
    Starts(&[0, 70])
);
row!(
    snooze_beyond_a_tick,
    begins_with(|context| context.snooze(Duration::from_secs(70))),
    |rules| rules,
    Starts(&[0, 70]),
    Starts(&[0, 70])
);
row!(fatal, script(&[Step::Fatal("wrong")]), |rules| rules, Failed(1), Starts(&[0, 60]));
row!(
    spent_retries,
    script(&[Step::Fail("down"), Step::Fail("down")]),
    |rules| rules,
    Failed(2),
    Starts(&[0, 7, 60])
);
row!(
    snooze,
    begins_with(|context| context.snooze(Duration::from_secs(20))),
    |rules| rules,
    Starts(&[0, 20, 80]),
    Starts(&[0, 20, 60])
);
row!(done, begins_with(TaskContext::done), Rules::may_be_done, Completed(1), Completed(1));
row!(
    max_failures,
    script(&[Step::Fatal("wrong"), Step::Fatal("wrong")]),
    |rules| rules.max_failures(1, Duration::from_secs(600)),
    Failed(1),
    Failed(2)
);
