//! Generates tasks that depend on each other: connections that become ready and fail, and tasks that need them.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use taskvisor::{JitterPolicy, Readiness, RestartPolicy};

use crate::depends::Depends;
use crate::generate_limits::{of_an_added_task, rate_limits};
use crate::generate_rare::{beats, rares};
use crate::generate_schedule::schedules;
use crate::program::{
    Attempt, Backoff, Burst, Command, Dropping, End, Law, Ms, NAMES, Name, Notifies, Policy, Program, Step,
    Work,
};
use crate::rare::Rare;
use crate::schedule::Schedule;

/// Work that is often ready and often fails, and starts again soon.
pub(crate) fn connections() -> BoxedStrategy<Work> {
    let ends = prop_oneof![
        10 => Just(End::Fail),
        4 => Just(End::Succeed),
        2 => Just(End::Panic),
        1 => (0..200_u64).prop_map(End::Snooze),
    ];
    let steps = vec(attempts(weighted(0.9, (0..150_u64, ends))), 1..6);
    let ready = prop_oneof![
        3 => Just((Some(Readiness::Start), None)),
        3 => Just((Some(Readiness::Notify), Some(Notifies::AtItsStart))),
        1 => Just((Some(Readiness::Success), None)),
        1 => Just((None, None)),
    ];
    works(policies(0..100), steps, ready.boxed(), depends(0.25))
}

/// Work that needs other tasks, and fails beside them.
pub(crate) fn consumers() -> BoxedStrategy<Work> {
    let ends = prop_oneof![
        5 => Just(End::Fail),
        3 => Just(End::Succeed),
        1 => (0..300_u64).prop_map(End::RetryAfter),
        1 => (0..300_u64).prop_map(End::Snooze),
    ];
    let steps = vec(attempts(weighted(0.9, (0..300_u64, ends))), 1..6);
    works(
        policies(0..400),
        steps,
        weighted(0.5, Just(Readiness::Success)).prop_map(|ready| (ready, None)).boxed(),
        depends(0.99),
    )
}

fn works(
    policy: impl Strategy<Value = Policy> + 'static,
    steps: impl Strategy<Value = Vec<Step>> + 'static,
    ready: BoxedStrategy<(Option<Readiness>, Option<Notifies>)>,
    depends: BoxedStrategy<Depends>,
) -> BoxedStrategy<Work> {
    let parts = (
        policy,
        steps,
        ready,
        depends,
        weighted(0.4, 1..200_u64),
        (rares(rate_limits(0.1)), schedules(0.2)).boxed(),
    );
    let work = parts.prop_map(|(policy, steps, (ready, notifies), depends, expires, (rare, schedule))| {
        let (policy, acts, none) = (Some(policy), None, (Rare::default(), Schedule::default()));
        let work =
            Work { policy, steps, acts, ready, notifies, expires, depends, rare: none.0, schedule: none.1 };
        rare.of(schedule.of(work))
    });
    work.boxed()
}

/// Policies under which a task goes on.
fn policies(delays: std::ops::Range<Ms>) -> impl Strategy<Value = Policy> {
    let repeats = (any::<bool>(), 0..200_u64);
    let parts = (delays, repeats, weighted(0.3, 1..4_u32), weighted(0.1, 100..300_u64));
    parts.prop_map(|(backoff, (repeats, delay), max_retries, timeout)| Policy {
        restart: if repeats { RestartPolicy::Always } else { RestartPolicy::OnFailure },
        backoff: Backoff { law: Law::Constant(backoff), jitter: JitterPolicy::None },
        timeout,
        max_retries,
        delay: repeats.then_some(delay),
        stable_after: None,
    })
}

fn attempts(ends: impl Strategy<Value = Option<(Ms, End)>>) -> impl Strategy<Value = Step> {
    let on_stop = weighted(0.8, (0..60_u64, Just(End::Cancel)));
    (ends, on_stop, beats()).prop_map(|(ends, on_stop, beats)| {
        Step::Attempt(Attempt { ends, on_stop, first_check: 0, beats, dropping: Dropping::Quick })
    })
}

/// Dependencies of a task whose name is not known yet. `often` is the probability that it has any.
pub(crate) fn depends(often: f64) -> BoxedStrategy<Depends> {
    let kinds =
        prop::array::uniform(prop_oneof![5 => Just(None), 3 => Just(Some(true)), 1 => Just(Some(false))]);
    let limit = weighted(0.6, prop_oneof![30 => 1..60_u64, 10 => 60..300_u64, 1 => Just(0)]);
    let some = (kinds, limit, 0..40_u32).prop_map(|(kinds, limit, chance): ([_; NAMES.len()], _, _)| {
        let of = |needed: bool| {
            let names = kinds.iter().enumerate().filter(move |(_, kind)| **kind == Some(needed));
            names.map(|(name, _)| name).collect::<Vec<_>>()
        };
        let mut depends = Depends { needs: of(true), after: of(false), interrupt_on_loss: limit };
        match chance {
            // One is listed twice.
            0 => depends.after.extend(depends.needs.first().copied()),
            // It may lose nothing.
            1 => {}
            _ => depends.retain(|_| true),
        }
        depends
    });
    weighted(often, some).prop_map(Option::unwrap_or_default).boxed()
}

/// Removes the task itself from its dependencies, except by chance. Some tasks cancel themselves from inside.
pub(crate) fn named(name: Name, mut work: Work, chance: u32) -> Work {
    if chance > 0 {
        work.depends.retain(|other| other != name);
    }
    let mut work = of_an_added_task(work, chance);
    // A task that waits for its own end.
    if let (Some((_, command)), 1..8) = (&mut work.acts, chance) {
        if let Command::CancelNamed { name: canceled, .. } = &mut **command {
            *canceled = name;
        }
    }
    work
}

/// Removes from tasks that are added together what would refuse them all, except by chance: a task that is not among them, and a
/// cycle.
pub(crate) fn together(tasks: Vec<(Name, Work)>, chance: u32) -> Vec<(Name, Work)> {
    let names: Vec<_> = tasks.iter().map(|(name, _)| *name).collect();
    let sound = |(name, mut work): (Name, Work)| {
        match chance {
            0 => {}
            1 => work.depends.retain(|other| names.contains(&other)),
            _ => work.depends.retain(|other| names.contains(&other) && other < name),
        }
        (name, of_an_added_task(work, chance))
    };
    tasks.into_iter().map(sound).collect()
}

/// Changes a program into one whose tasks need one connection, and which lacks permits or spreads its recovery.
pub(crate) fn around_one(program: impl Strategy<Value = Program>) -> impl Strategy<Value = Program> {
    let consumers = vec((1..80_u64, consumers()), 1..NAMES.len());
    let permits = weighted(0.6, 1..3_usize);
    // The connection is canceled, and maybe added again under its name.
    let again = weighted(
        0.6,
        (1..200_u64, 1..40_u64, weighted(0.8, prop_oneof![5 => connections(), 1 => endless()])),
    );
    let parts = (program, connections(), consumers, permits, (1..100_u64, again));
    parts.prop_map(|(mut program, mut connection, consumers, permits, (spread, again))| {
        connection.depends = Depends::default();
        let mut bursts = vec![Burst { after: 1, commands: vec![Command::Add { name: 0, work: connection }] }];
        for (index, (after, mut work)) in consumers.into_iter().enumerate() {
            work.depends.needs = vec![0];
            work.depends.after.clear();
            bursts.push(Burst { after, commands: vec![Command::Add { name: index + 1, work }] });
        }
        if let Some((after, gap, connection)) = again {
            let cancel = Command::CancelNamed { name: 0, grace: Some(0) };
            bursts.push(Burst { after, commands: vec![cancel] });
            let add = |work| Burst {
                after: gap,
                commands: vec![Command::Add { name: 0, work: named(0, work, 1) }],
            };
            bursts.extend(connection.map(add));
        }
        bursts.append(&mut program.bursts);
        let limits = &mut program.limits;
        (limits.concurrent, limits.spread) = (permits, if permits.is_none() { spread } else { 0 });
        Program { run: None, bursts, ..program }
    })
}

/// Work that can never be ready.
fn endless() -> impl Strategy<Value = Work> {
    connections().prop_map(|work| {
        let policy =
            work.policy.map(|policy| Policy { restart: RestartPolicy::Always, delay: None, ..policy });
        Work { policy, ready: None, schedule: Schedule::default(), ..work }
    })
}
