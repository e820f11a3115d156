//! Generates the rare options of a task, and the heartbeats of its attempts. A few options are refused.

use proptest::option::weighted;
use proptest::prelude::*;
use taskvisor::RestartPolicy;

use crate::program::{Attempt, Beats, Law, Ms, Policy, Step, Work};
use crate::rare::Rare;

/// Rare options, before they are adapted to a task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawRare {
    rare: Rare,
    /// Which of them stays as it is, although it may be refused.
    chance: u32,
}

pub(crate) fn rares() -> impl Strategy<Value = RawRare> {
    let max_failures = weighted(0.25, (1..4_u32, 1..500_u64));
    let heartbeat = weighted(0.15, 5..150_u64);
    let stop_timeout = weighted(0.3, 1..120_u64);
    (max_failures, heartbeat, stop_timeout, 0..120_u32).prop_map(
        |(max_failures, heartbeat, stop_timeout, chance)| RawRare {
            rare: Rare { max_failures, heartbeat, stop_timeout },
            chance,
        },
    )
}

/// The heartbeats of an attempt, which has none if its task needs none.
pub(crate) fn beats() -> impl Strategy<Value = Option<Beats>> {
    weighted(0.7, (1..150_u64, 0..8_u32).prop_map(|(every, times)| Beats { every, times }))
}

impl RawRare {
    /// The work with these options, which suit it, except by chance.
    pub(crate) fn of(self, mut work: Work) -> Work {
        work.rare = self.adapted(work.policy.as_ref());
        for step in &mut work.steps {
            let Step::Attempt(Attempt { beats, .. }) = step else { continue };
            *beats = beats.zip(work.rare.heartbeat).map(|(Beats { every, times }, limit)| {
                // Less than the limit, so that only the end of the heartbeats is missed.
                Beats { every: 1 + every % limit.saturating_sub(1).max(1), times }
            });
        }
        work
    }

    fn adapted(self, policy: Option<&Policy>) -> Rare {
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
        if let (Some(timeout), true) = (policy.and_then(|policy| policy.timeout), chance > 5) {
            rare.heartbeat = rare.heartbeat.map(|time| time.min(timeout));
        }
        rare
    }
}

fn longest_delay(policy: &Policy) -> Ms {
    match policy.backoff.law {
        Law::None => 0,
        Law::Constant(delay) => delay,
        Law::Exponential { max, .. } => max,
    }
}
