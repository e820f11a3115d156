//! Contract 13 for arbitrary rates and permits: no window has more starts than the rate lets, and none is lost.
//!
//! The tasks fail and succeed, are restarted, paused, resumed and canceled at any time. The recorder checks the permits and the spaces
//! between the starts.

use std::future::Future;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use taskvisor::{Admission, Config, EventKind, RateLimit, TaskHandle};
use tests::{EventLog, Harness, Rules, Script, Step};
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep_until};

const NAME: &str = "work";

/// The limits of a declaration, and of its supervisor.
#[derive(Clone, Debug)]
struct Limits {
    /// In milliseconds.
    interval: u32,
    attempts: u32,
    burst: u32,
    permits: Option<usize>,
    permits_of_supervisor: Option<usize>,
}

/// An attempt: how many milliseconds it takes, and whether it fails.
type Attempt = (u32, bool);

#[derive(Clone, Copy, Debug)]
enum Action {
    Pause,
    Resume,
    Restart,
    Cancel,
}

/// A command at a millisecond, to one of the tasks.
type Command = (u32, usize, Action);

impl Limits {
    fn rate(&self) -> RateLimit {
        let period = Duration::from_millis(u64::from(self.interval) * u64::from(self.attempts));
        RateLimit::new(self.attempts, period).with_burst(self.burst)
    }

    fn rules(&self) -> Rules {
        let rules = Rules::always().delay(Duration::ZERO).without_backoff().rate_limit(self.rate());
        match self.permits {
            Some(permits) => rules.max_concurrent(permits),
            None => rules,
        }
    }

    fn harness(&self) -> Harness {
        let config = Config::default();
        Harness::with_config(match self.permits_of_supervisor {
            Some(permits) => config.with_max_concurrent(permits),
            None => config,
        })
    }

    /// No limits of concurrency.
    fn without_permits(self) -> Self {
        Self { permits: None, permits_of_supervisor: None, ..self }
    }
}

fn limits() -> impl Strategy<Value = Limits> {
    let permits = || option::of(1..4_usize);
    (1..3_000_u32, 1..12_u32, 1..5_u32, permits(), permits()).prop_map(
        |(interval, attempts, burst, permits, permits_of_supervisor)| Limits {
            interval,
            attempts,
            burst,
            permits,
            permits_of_supervisor,
        },
    )
}

fn tasks() -> impl Strategy<Value = Vec<Vec<Attempt>>> {
    let time = prop_oneof![2 => Just(0), 3 => 1..4_000_u32];
    vec(vec((time, any::<bool>()), 1..5), 1..7)
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let action = prop_oneof![
        3 => Just(Action::Pause),
        3 => Just(Action::Resume),
        3 => Just(Action::Restart),
        1 => Just(Action::Cancel),
    ];
    vec((0..40_000_u32, 0..8_usize, action), 0..16).prop_map(|mut commands| {
        commands.sort_by_key(|command| command.0);
        commands
    })
}

fn paused<F: Future>(future: F) -> F::Output {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(future)
}

fn step((time, fails): Attempt) -> Step {
    let time = Duration::from_millis(time.into());
    match (time.is_zero(), fails) {
        (true, false) => Step::Succeed,
        (true, true) => Step::Fail("down"),
        (false, false) => Step::SucceedAfter(time),
        (false, true) => Step::FailAfter(time, "down"),
    }
}

fn submit(harness: &Harness, slot: usize, rules: Rules, steps: Vec<Step>) -> TaskHandle {
    harness.submit_to(&format!("slot {slot}"), Admission::Queue, rules, Script::task(NAME, steps))
}

fn obey(harness: &Harness, task: &TaskHandle, action: Action) {
    // A task that stops, and a paused one, refuse some of them.
    match action {
        Action::Pause => drop(harness.pause(task)),
        Action::Resume => drop(task.resume()),
        Action::Restart => drop(harness.restart(task)),
        Action::Cancel => drop(harness.cancel(task)),
    }
}

/// Executes the commands, and ends at a millisecond. The recorder checks the limits.
async fn execute(
    harness: Harness,
    tasks: &[TaskHandle],
    commands: &[Command],
    began: Instant,
    end: u32,
) -> EventLog {
    for (at, task, action) in commands.iter().filter(|(at, ..)| *at < end) {
        sleep_until(began + Duration::from_millis((*at).into())).await;
        obey(&harness, &tasks[task % tasks.len()], *action);
    }
    sleep_until(began + Duration::from_millis(end.into())).await;
    harness.finish().await
}

fn starts(event_log: &EventLog) -> Vec<Instant> {
    let started = event_log.events().iter().filter(|event| matches!(event.kind, EventKind::Started { .. }));
    started.map(|event| event.at).collect()
}

/// The largest number of starts in a window of this length, without its end.
fn most_within(starts: &[Instant], window: Duration) -> usize {
    let within = |(index, start): (usize, &Instant)| {
        starts[index..].iter().take_while(|other| **other < *start + window).count()
    };
    starts.iter().enumerate().map(within).max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_window_has_more_starts_than_the_rate_lets(
        limits in limits(), tasks in tasks(), commands in commands()
    ) {
        let event_log = paused(async {
            let (harness, began) = (limits.harness(), Instant::now());
            let steps = tasks.iter().map(|attempts| attempts.iter().copied().map(step).collect());
            let tasks: Vec<_> =
                (0..).zip(steps).map(|(slot, steps)| submit(&harness, slot, limits.rules(), steps)).collect();
            execute(harness, &tasks, &commands, began, 20 * limits.interval.max(100)).await
        });
        let most = most_within(&starts(&event_log), limits.rate().period());
        let allowed = limits.attempts + limits.burst;
        prop_assert!(most <= allowed as usize, "{most} starts in a period, of {allowed}");
    }

    #[test]
    fn a_rate_with_permanent_demand_is_used_up(
        limits in limits(), tasks in tasks(), commands in commands()
    ) {
        let limits = limits.without_permits();
        let end = 20 * limits.interval;
        let event_log = paused(async {
            let (harness, began) = (limits.harness(), Instant::now());
            let steps = tasks.iter().map(|attempts| attempts.iter().copied().map(step).collect());
            let tasks: Vec<_> =
                (0..).zip(steps).map(|(slot, steps)| submit(&harness, slot, limits.rules(), steps)).collect();
            // No command reaches it, and it waits for the next token at once.
            submit(&harness, tasks.len(), limits.rules(), vec![Step::Succeed]);
            execute(harness, &tasks, &commands, began, end).await
        });
        // Without the one at the very end, which a shutdown may come before.
        let expected = limits.burst as usize + 19;
        let found = starts(&event_log).len();
        prop_assert!(found >= expected, "{found} starts, of {expected}");
    }
}
