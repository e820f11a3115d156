//! Generates the rare options of a task, and the heartbeats of its attempts. A few options are refused.

use proptest::bool::weighted as weighted_bool;
use proptest::option::weighted;
use proptest::prelude::*;
use taskvisor::{JitterPolicy, RestartPolicy};

use crate::limited::Limited;
use crate::program::{Attempt, Beats, End, Law, Ms, Policy, Step, Work};
use crate::rare::Rare;

/// Rare options, before they are adapted to a task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawRare {
    rare: Rare,
    /// Which option stays unadapted, so that the task may be refused.
    chance: u32,
}

pub(crate) fn rares(limited: BoxedStrategy<Limited>) -> impl Strategy<Value = RawRare> {
    let max_failures = weighted(0.25, (1..4_u32, 1..500_u64));
    let heartbeat = weighted(0.15, 5..150_u64);
    let stop_timeout = weighted(0.3, 1..120_u64);
    let words = (weighted_bool(0.5), weighted_bool(0.35), weighted_bool(0.07));
    let parts = (max_failures, heartbeat, stop_timeout, words, limited, 0..120_u32);
    parts
        .prop_map(|(max_failures, heartbeat, stop_timeout, (pauses, finishes, critical), limited, chance)| {
            let rare = Rare {
                max_failures,
                pauses,
                heartbeat,
                stop_timeout,
                finishes,
                critical,
                limited,
                capacity: None,
            };
            RawRare { rare, chance }
        })
        .boxed()
}

/// The heartbeats of an attempt. Most tasks need none.
pub(crate) fn beats() -> impl Strategy<Value = Option<Beats>> {
    weighted(0.7, (1..150_u64, 0..8_u32).prop_map(|(every, times)| Beats { every, times }))
}

impl RawRare {
    /// The work with these options, adapted to it, except by chance.
    pub(crate) fn of(self, mut work: Work) -> Work {
        work.rare = self.adapted(work.policy.as_ref(), work.schedule.every.is_some());
        // The failure that exceeds the limit comes when the first one is exactly as old as the window.
        if let (Some((failures, _)), Some(gap), 10..30) =
            (work.rare.max_failures, even_gap(&work), self.chance)
        {
            work.rare.max_failures = Some((failures, Ms::from(failures) * gap));
        }
        for step in &mut work.steps {
            let Step::Attempt(Attempt { beats, .. }) = step else { continue };
            *beats = beats.zip(work.rare.heartbeat).map(|(Beats { every, times }, limit)| {
                // Less than the limit, so that only the end of the heartbeats is missed.
                Beats { every: 1 + every % limit.saturating_sub(1).max(1), times }
            });
        }
        work
    }

    fn adapted(self, policy: Option<&Policy>, has_ticks: bool) -> Rare {
        let Self { mut rare, chance } = self;
        match chance {
            0 => return rare,
            1 => rare.max_failures = rare.max_failures.map(|(_, time)| (0, time)),
            2 => rare.max_failures = rare.max_failures.map(|(failures, _)| (failures, 0)),
            3 => rare.heartbeat = rare.heartbeat.map(|_| 0),
            4 => rare.stop_timeout = rare.stop_timeout.map(|_| 0),
            5 => {
                // Too short for its backoff, if there is one.
                let retries = policy.is_some_and(|policy| policy.restart != RestartPolicy::Never);
                rare.max_failures = rare.max_failures.filter(|_| retries).map(|_| (3, 5));
            }
            _ => {
                let retries = policy.filter(|policy| policy.restart != RestartPolicy::Never);
                rare.max_failures = rare.max_failures.zip(retries).map(|((failures, time), policy)| {
                    (failures, time + Ms::from(failures) * longest_delay(policy))
                });
            }
        }
        let retries = policy.is_some_and(|policy| policy.restart != RestartPolicy::Never);
        let limits_retries = policy.is_some_and(|policy| policy.max_retries.is_some()) && !has_ticks;
        let limits = rare.max_failures.is_some() || limits_retries;
        rare.pauses &= chance == 6 || retries && limits;
        rare.critical &= !rare.pauses || chance == 7;
        if let (Some(timeout), true) = (policy.and_then(|policy| policy.timeout), chance > 5) {
            rare.heartbeat = rare.heartbeat.map(|time| time.min(timeout));
        }
        rare
    }
}

/// The time between two failures, if it is always the same.
fn even_gap(work: &Work) -> Option<Ms> {
    let policy = work.policy.filter(|policy| policy.backoff.jitter == JitterPolicy::None)?;
    let delay = match policy.backoff.law {
        Law::None => 0,
        Law::Constant(delay) => delay,
        Law::Exponential { .. } => return None,
    };
    match work.step(Ms::MAX) {
        Step::Attempt(Attempt { ends: Some((after, End::Fail)), .. }) => Some(after + delay),
        _ => None,
    }
}

fn longest_delay(policy: &Policy) -> Ms {
    match policy.backoff.law {
        Law::None => 0,
        Law::Constant(delay) => delay,
        Law::Exponential { max, .. } => max,
    }
}
