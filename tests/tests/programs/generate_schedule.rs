//! Generates when a task runs. A few options are refused.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use taskvisor::{JitterPolicy, Missed, Overlap, Readiness, RestartPolicy};

use crate::depends::Depends;
use crate::generate_limits::rate_limits;
use crate::generate_rare::{beats, rares};
use crate::linked::connections;
use crate::program::{
    Attempt, Backoff, Burst, Command, Dropping, End, Law, NAMES, Policy, Program, Step, Work,
};
use crate::rare::Rare;
use crate::schedule::Schedule;

/// Options about when a task runs, before they are adapted to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawSchedule {
    schedule: Schedule,
    /// Which option stays unadapted, so that the task may be refused.
    chance: u32,
}

/// `often` is the probability that a task has a grid.
pub(crate) fn schedules(often: f64) -> BoxedStrategy<RawSchedule> {
    let every = weighted(often, prop_oneof![2 => 10..80_u64, 3 => 80..400_u64]);
    let start_delay = weighted(often / 3.0 + 0.03, 1..400_u64);
    let overlap = weighted(0.6, prop_oneof![1 => Just(Overlap::Skip), 3 => Just(Overlap::Queue)]);
    let missed = weighted(0.6, prop_oneof![1 => Just(Missed::Once), 3 => Just(Missed::Skip)]);
    let parts = (every, start_delay, overlap, missed, 0..100_u32);
    // Boxed, because the strategy of a program is almost too large for the stack of a test.
    parts
        .prop_map(|(every, start_delay, overlap, missed, chance)| RawSchedule {
            schedule: Schedule { every, start_delay, overlap, missed },
            chance,
        })
        .boxed()
}

impl RawSchedule {
    /// The work with these options, and with a policy that allows them, except by chance.
    pub(crate) fn of(self, mut work: Work) -> Work {
        let Self { mut schedule, chance } = self;
        match chance {
            0 => schedule.every = schedule.every.map(|_| 0),
            1 => schedule.start_delay = schedule.start_delay.map(|_| 0),
            _ => {}
        }
        if schedule.every.is_none() && chance != 2 {
            (schedule.overlap, schedule.missed) = (None, None);
        }
        if schedule.every.is_some() && chance != 3 {
            work.policy = work.policy.map(|policy| Policy {
                restart: if chance == 4 { policy.restart } else { RestartPolicy::Always },
                delay: None,
                ..policy
            });
        }
        Work { schedule, ..work }
    }
}

/// Work at the ticks of a grid, in runs that often fail.
fn runs() -> BoxedStrategy<Work> {
    let ends = prop_oneof![
        6 => Just(End::Succeed),
        6 => Just(End::Fail),
        2 => Just(End::Fatal),
        1 => Just(End::Panic),
        1 => (0..300_u64).prop_map(End::RetryAfter),
        1 => (0..300_u64).prop_map(End::Snooze),
    ];
    let attempt =
        (weighted(0.95, (0..200_u64, ends)), weighted(0.8, (0..60_u64, Just(End::Cancel))), beats());
    let step = attempt.prop_map(|(ends, on_stop, beats)| {
        Step::Attempt(Attempt { ends, on_stop, first_check: 0, beats, dropping: Dropping::Quick })
    });
    let policy = (0..200_u64, weighted(0.4, 0..3_u32), weighted(0.15, 50..200_u64));
    let policy = policy.prop_map(|(delay, max_retries, timeout)| Policy {
        restart: RestartPolicy::Always,
        backoff: Backoff { law: Law::Constant(delay), jitter: JitterPolicy::None },
        timeout,
        max_retries,
        delay: None,
        stable_after: None,
    });
    let ready = weighted(0.3, Just(Readiness::Success));
    let parts = (policy, vec(step, 1..6), ready, (rares(rate_limits(0.15)), schedules(0.97)).boxed());
    let work = parts.prop_map(|(policy, steps, ready, (rare, schedule))| {
        let work = Work {
            policy: Some(policy),
            steps,
            acts: None,
            ready,
            notifies: None,
            expires: None,
            depends: Depends::default(),
            rare: Rare::default(),
            schedule: Schedule::default(),
        };
        rare.of(schedule.of(work))
    });
    work.boxed()
}

/// Changes a program into one that begins with grids, which an operator pauses, resumes, triggers and restarts. Some lack permits, or
/// need a connection.
pub(crate) fn around_grids(program: impl Strategy<Value = Program>) -> impl Strategy<Value = Program> {
    let before = 0..NAMES.len();
    let operation = prop_oneof![
        3 => before.clone().prop_map(|before| Command::Pause { before }),
        1 => before.clone().prop_map(|before| Command::PauseAfter { before }),
        3 => before.clone().prop_map(|before| Command::Resume { before }),
        2 => before.clone().prop_map(|before| Command::Trigger { before }),
        1 => before.prop_map(|before| Command::Restart { before }),
    ];
    let operations = vec((1..250_u64, vec(operation, 1..3)), 1..10);
    let grids = vec((1..60_u64, runs()), 1..NAMES.len());
    let connection = weighted(0.3, connections());
    let parts = (program, grids, operations, connection, weighted(0.3, 1..3_usize));
    parts.prop_map(|(mut program, grids, operations, connection, permits)| {
        let mut bursts = Vec::new();
        let needs: Vec<_> = connection.iter().map(|_| 0).collect();
        bursts.extend(connection.map(|mut work| {
            work.depends = Depends::default();
            Burst { after: 1, commands: vec![Command::Add { name: 0, work }] }
        }));
        for (index, (after, mut work)) in grids.into_iter().enumerate() {
            work.depends.needs.clone_from(&needs);
            bursts.push(Burst { after, commands: vec![Command::Add { name: index + 1, work }] });
        }
        bursts.extend(operations.into_iter().map(|(after, commands)| Burst { after, commands }));
        bursts.append(&mut program.bursts);
        program.limits.concurrent = permits;
        if permits.is_some() {
            program.limits.spread = 0;
        }
        Program { run: None, bursts, ..program }
    })
}
