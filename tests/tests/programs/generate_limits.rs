//! Generates limits of attempts, and programs whose submissions share them. A few limits are refused.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use taskvisor::{JitterPolicy, RestartPolicy};

use crate::depends::Depends;
use crate::generate_rare::rares;
use crate::limited::{LABELS, Limited, Rate};
use crate::program::{
    Admission, Attempt, Backoff, Burst, Command, Dropping, End, Law, Ms, Policy, Program, SLOTS, Sort, Step,
    Work,
};
use crate::rare::Rare;
use crate::schedule::Schedule;

/// `often` is the probability that a task has a rate limit.
pub(crate) fn rate_limits(often: f64) -> BoxedStrategy<Limited> {
    weighted(often, rates()).prop_map(|rate| Limited { rate, ..Limited::default() }).boxed()
}

/// `often` is the probability that a task has limits.
pub(crate) fn limits(often: f64) -> BoxedStrategy<Limited> {
    weighted(often, some_limits()).prop_map(Option::unwrap_or_default).boxed()
}

/// Few different limits, so that tasks of the same name often share them.
fn some_limits() -> impl Strategy<Value = Limited> {
    let label = weighted(0.9, prop_oneof![4 => Just(0), 1 => 1..LABELS.len()]);
    let max_concurrent = weighted(0.6, prop_oneof![6 => Just(1_usize), 2 => Just(2)]);
    let parts = (label, max_concurrent, weighted(0.6, rates()), 0..60_u32);
    parts.prop_map(|(label, max_concurrent, rate, chance)| {
        let limited = Limited { label, max_concurrent, rate };
        let of_zero = |change: fn(&mut Rate)| {
            let mut rate = rate;
            rate.iter_mut().for_each(change);
            Limited { rate, ..limited }
        };
        match chance {
            0 => Limited { max_concurrent: Some(0), ..limited },
            1 => of_zero(|rate| rate.attempts = 0),
            2 => of_zero(|rate| rate.interval = 0),
            3 => of_zero(|rate| rate.burst = 0),
            _ => limited,
        }
    })
}

fn rates() -> impl Strategy<Value = Rate> {
    let interval = prop_oneof![3 => Just(90), 1 => Just(7), 1 => Just(400), 1 => 1..300_u64];
    let burst = prop_oneof![3 => Just(1), 1 => Just(2), 1 => Just(3)];
    let attempts = prop_oneof![4 => Just(1), 1 => Just(4)];
    (attempts, interval, burst).prop_map(|(attempts, interval, burst)| Rate { attempts, interval, burst })
}

/// The work of an added task, whose attempts never run at once.
pub(crate) fn of_an_added_task(mut work: Work, chance: u32) -> Work {
    if chance > 0 {
        work.rare.limited.max_concurrent = None;
    }
    work
}

/// Work in runs that often fail and follow each other closely. `ending` is the probability that an attempt ends by itself.
pub(crate) fn runs(ending: f64) -> BoxedStrategy<Work> {
    let ends = prop_oneof![
        6 => Just(End::Succeed),
        5 => Just(End::Fail),
        1 => Just(End::Panic),
        1 => (0..100_u64).prop_map(End::RetryAfter),
        1 => (0..100_u64).prop_map(End::Snooze),
        1 => Just(End::Done),
    ];
    let time = prop_oneof![1 => Just(0), 6 => 1..120_u64];
    let attempt = (weighted(ending, (time, ends)), weighted(0.8, (0..60_u64, Just(End::Cancel))));
    let step = attempt.prop_map(|(ends, on_stop)| {
        Step::Attempt(Attempt { ends, on_stop, first_check: 0, beats: None, dropping: Dropping::Quick })
    });
    let policy = (0..60_u64, weighted(0.3, 1..4_u32), weighted(0.2, 20..150_u64), 0..120_u64);
    let policy = policy.prop_map(|(backoff, max_retries, timeout, delay)| Policy {
        restart: RestartPolicy::Always,
        backoff: Backoff { law: Law::Constant(backoff), jitter: JitterPolicy::None },
        timeout,
        max_retries,
        delay: Some(delay),
        stable_after: None,
    });
    let expires = weighted(0.2, 1..250_u64);
    let parts = (policy, vec(step, 1..4), expires, rares(Just(Limited::default()).boxed()));
    let work = parts.prop_map(|(policy, steps, expires, rare)| {
        let work = Work {
            policy: Some(policy),
            steps,
            acts: None,
            ready: None,
            notifies: None,
            expires,
            depends: Depends::default(),
            rare: Rare::default(),
            schedule: Schedule::default(),
        };
        let mut work = rare.of(work);
        (work.rare.pauses, work.rare.critical) = (false, false);
        work
    });
    work.boxed()
}

/// Changes a program into one that begins with submissions that share their limits, which an operator pauses, resumes, restarts and
/// cancels. Some lack permits of the supervisor.
pub(crate) fn around_limits(program: impl Strategy<Value = Program>) -> impl Strategy<Value = Program> {
    let before = 0..SLOTS.len();
    let operation = prop_oneof![
        3 => before.clone().prop_map(|before| Command::Pause { before }),
        3 => before.clone().prop_map(|before| Command::Resume { before }),
        2 => before.clone().prop_map(|before| Command::Cancel { before, grace: None }),
        1 => before.prop_map(|before| Command::Restart { before }),
    ];
    let operations = vec((1..120_u64, vec(operation, 1..3)), 1..8);
    let own = weighted(0.2, some_limits());
    let submitted = vec((1..60_u64, runs(0.93), own), 2..=SLOTS.len());
    // Beside each other in one slot, or each in its own.
    let capacity = weighted(0.3, 2..4_usize);
    let parts = (
        program,
        some_limits(),
        submitted.boxed(),
        operations.boxed(),
        (weighted(0.3, 1..3_usize), capacity),
    );
    parts.prop_map(|(mut program, limited, submitted, operations, (permits, capacity))| {
        let submit = |(slot, (after, mut work, own)): (usize, (Ms, Work, Option<Limited>))| {
            work.rare.limited = own.unwrap_or(limited);
            work.rare.capacity = capacity;
            let slot = if capacity.is_some() { 0 } else { slot };
            let (admission, sort) = (Admission::Queue, Sort::Task);
            Burst { after, commands: vec![Command::Submit { slot: Some(slot), admission, sort, work }] }
        };
        let mut bursts: Vec<_> = submitted.into_iter().enumerate().map(submit).collect();
        bursts.extend(operations.into_iter().map(|(after, commands)| Burst { after, commands }));
        bursts.append(&mut program.bursts);
        program.limits.concurrent = permits;
        if permits.is_some() {
            program.limits.spread = 0;
        }
        Program { run: None, bursts, ..program }
    })
}
