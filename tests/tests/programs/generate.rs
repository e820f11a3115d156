//! Generates random programs. They use few names and slots, so that tasks interact, and shrink towards few simple tasks.

use std::ops::Range;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use taskvisor::{JitterPolicy, Readiness, RestartPolicy};

use crate::generate_instances::{around_instances, instance_commands};
use crate::generate_limits::{around_limits, limits as limits_of_attempts};
use crate::generate_rare::{beats, rares};
use crate::generate_schedule::{around_grids, schedules};
use crate::generate_shared::{admissions, around_a_slot, capacities};
use crate::linked::{around_one, connections, consumers, depends, named, together};
use crate::program::{
    Attempt, Backoff, Behavior, Burst, Command, Dropping, End, FEW_SLOTS, Law, Limits, Listener, Ms, NAMES,
    Notifies, Policy, Program, SLOTS, ShutdownTrigger, Sort, Step, Wants, Work,
};
use crate::rare::Rare;
use crate::schedule::Schedule;

/// The emphasis of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// No emphasis.
    Mixed,
    /// Long work in one slot that stops late or not at all, and is canceled, replaced and cleared.
    Crowded,
    /// Short work in many slots that shares limits.
    Limited,
    /// Slots with several owners.
    Shared,
    /// Tasks that depend on each other.
    Linked,
    /// Tasks with grids, which are paused and triggered.
    Scheduled,
    /// Long work that mostly ignores stop requests and receives many of them, from inside too.
    Stubborn,
}

pub(crate) fn programs() -> impl Strategy<Value = Program> {
    // Boxed, because a strategy of all styles is too large for the stack of a test.
    let of = |style| programs_of(style, 0..12).boxed();
    prop_oneof![
        8 => of(Style::Mixed),
        5 => of(Style::Linked),
        3 => of(Style::Scheduled),
        3 => around_grids(few(Style::Scheduled)).boxed(),
        3 => around_one(few(Style::Linked)).boxed(),
        3 => of(Style::Crowded),
        1 => of(Style::Limited),
        1 => of(Style::Shared),
        3 => around_instances(few(Style::Mixed)).boxed(),
        6 => around_submissions(),
        2 => of(Style::Stubborn),
    ]
}

/// Programs around submissions that share limits or a slot.
fn around_submissions() -> BoxedStrategy<Program> {
    if !cfg!(feature = "controller") {
        return programs_of(Style::Limited, 0..12).boxed();
    }
    prop_oneof![around_limits(few(Style::Limited)), around_a_slot(few(Style::Shared))].boxed()
}

/// Programs with few commands, to which others are added.
fn few(style: Style) -> BoxedStrategy<Program> {
    programs_of(style, 1..4).boxed()
}

/// The generator of all programs of a seed.
pub(crate) fn runner(seed: u64, config: Config) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// The first program of a seed.
pub(crate) fn from_seed(seed: u64) -> Program {
    let tree = programs().new_tree(&mut runner(seed, Config::default()));
    tree.expect("nothing is filtered").current()
}

fn programs_of(style: Style, length: Range<usize>) -> impl Strategy<Value = Program> {
    let (runs, most) = match style {
        Style::Stubborn => (0.8, 3),
        Style::Linked => (0.85, 8),
        Style::Mixed | Style::Crowded | Style::Limited | Style::Shared | Style::Scheduled => (0.4, 3),
    };
    let run = (weighted(runs, vec((0..NAMES.len(), works(style)), 0..most)), 0..12_u32, 0..12_u32).prop_map(
        |(run, twice, chance)| {
            run.map(|mut tasks| {
                if twice > 0 {
                    let mut seen = [false; NAMES.len()];
                    tasks.retain(|(name, _)| !std::mem::replace(&mut seen[*name], true));
                }
                together(tasks, chance)
            })
        },
    );
    let bursts = vec(bursts(style), length);
    let shutdown_trigger = prop_oneof![
        Just(ShutdownTrigger::Requested),
        Just(ShutdownTrigger::Dropped),
        Just(ShutdownTrigger::Until)
    ];
    let end = (1..900_u64, shutdown_trigger);
    let (limits, listeners) = (limits(style).boxed(), vec(listeners(), 0..3).boxed());
    // Boxed, as all large parts: the values of a strategy are as large as all that it might generate.
    let parts = (any::<u64>().no_shrink(), limits, run.boxed(), listeners, bursts.boxed(), end);
    parts.prop_map(|(chance, limits, run, listeners, bursts, (rest, shutdown_trigger))| Program {
        chance,
        limits,
        run,
        listeners,
        bursts,
        rest,
        shutdown_trigger,
    })
}

fn limits(style: Style) -> impl Strategy<Value = Limits> {
    let spans = (prop_oneof![1 => Just(0), 6 => 1..400_u64], 1..60_u64);
    let (spread, concurrent) = if style == Style::Linked { (0.4, 0.35) } else { (0.1, 0.3) };
    let spread = weighted(spread, 1..200_u64).prop_map(Option::unwrap_or_default);
    let counts = (weighted(concurrent, 1..4_usize), 0..4_usize, 0..4_usize, spread);
    (spans, counts, policies()).prop_map(
        |((grace, drain), (concurrent, per_slot, total, spread), defaults)| {
            Limits {
                grace,
                drain,
                concurrent,
                per_slot,
                total,
                // With permits, the order in which the dependents start would matter.
                spread: if concurrent.is_none() { spread } else { 0 },
                // A configuration has neither an interval nor `stable_after`.
                defaults: Policy {
                    delay: None,
                    stable_after: None,
                    timeout: defaults.timeout.filter(|time| *time > 0),
                    ..defaults
                },
            }
        },
    )
}

fn bursts(style: Style) -> impl Strategy<Value = Burst> {
    let commands = prop_oneof![5 => vec(commands(style, works(style)), 1), 2 => vec(commands(style, works(style)), 2..5)];
    let after = if matches!(style, Style::Crowded | Style::Limited | Style::Shared | Style::Stubborn) {
        1..150_u64
    } else {
        1..500
    };
    (after, commands).prop_map(|(after, commands)| Burst { after, commands })
}

fn commands(style: Style, works: BoxedStrategy<Work>) -> BoxedStrategy<Command> {
    let (name, grace) =
        (0..NAMES.len(), || weighted(0.4, prop_oneof![1 => Just(0), 2 => 1..200_u64, 1 => 200..1_500_u64]));
    let before = prop_oneof![3 => 0..3_usize, 1 => 3..12_usize];
    let add = (name.clone(), works.clone(), 0..20_u32)
        .prop_map(|(name, work, chance)| Command::Add { name, work: named(name, work, chance) });
    let restart = before.clone().prop_map(|before| Command::Restart { before });
    let pause = before.clone().prop_map(|before| Command::Pause { before });
    let later = before.clone().prop_map(|before| Command::PauseAfter { before });
    let resume = before.clone().prop_map(|before| Command::Resume { before });
    let trigger = before.clone().prop_map(|before| Command::Trigger { before });
    let cancel = (before, grace()).prop_map(|(before, grace)| Command::Cancel { before, grace });
    let named = (name.clone(), grace()).prop_map(|(name, grace)| Command::CancelNamed { name, grace });
    let remove = name.prop_map(|name| Command::Remove { name });
    let (added, paused, triggered, stop) = match style {
        Style::Mixed => (8, 3, 3, 1),
        Style::Linked => (14, 3, 2, 1),
        Style::Scheduled => (14, 8, 10, 1),
        Style::Crowded => (1, 3, 1, 1),
        Style::Limited | Style::Shared => (2, 3, 1, 1),
        Style::Stubborn => (2, 3, 1, 4),
    };
    let instances = instance_commands(works.clone());
    let alone = prop_oneof![
        added => add.boxed(),
        6 => cancel,
        3 => restart,
        paused => pause,
        paused => later,
        paused + 1 => resume,
        triggered => trigger,
        3 => named,
        1 => remove,
        1 => instances.boxed(),
    ];
    if !cfg!(feature = "controller") {
        return prop_oneof![20 => alone, stop => Just(Command::Stop)].boxed();
    }
    let submitted = match style {
        Style::Stubborn => 4,
        Style::Linked => 10,
        Style::Scheduled => 3,
        Style::Mixed | Style::Crowded => 16,
        Style::Limited | Style::Shared => 30,
    };
    let submit = submissions(style, works);
    let clear = slots(style).prop_map(|slot| Command::Clear { slot });
    prop_oneof![12 => alone.boxed(), submitted => submit.boxed(), 2 => clear, stop => Just(Command::Stop)]
        .boxed()
}

/// The indices of slots.
fn slots(style: Style) -> BoxedStrategy<usize> {
    match style {
        Style::Limited => (0..SLOTS.len()).boxed(),
        _ => prop_oneof![5 => Just(0), 2 => 1..FEW_SLOTS].boxed(),
    }
}

fn submissions(style: Style, works: BoxedStrategy<Work>) -> impl Strategy<Value = Command> {
    let sort = if cfg!(feature = "macros") {
        let limited = if style == Style::Limited { 3 } else { 1 };
        prop_oneof![
            8 => Just(Sort::Task),
            1 => Just(Sort::Once),
            1 => Just(Sort::Retried),
            limited => Just(Sort::Limited),
        ]
        .boxed()
    } else {
        Just(Sort::Task).boxed()
    };
    let often = if style == Style::Shared { 0.93 } else { 0.05 };
    let parts =
        (weighted(0.9, slots(style)), admissions(), sort, works, weighted(often, capacities()), 0..20_u32);
    parts.prop_map(|(slot, admission, sort, mut work, capacity, chance)| {
        work.rare.capacity = capacity;
        // Only an added task can be paused when it gives up, and has a schedule.
        work.rare.pauses &= chance == 0;
        work.rare.critical &= chance == 1;
        if chance > 2 {
            work.schedule = Schedule::default();
        }
        // Only a job can run without a slot.
        let slot = if sort == Sort::Task { slot.or(Some(0)) } else { slot };
        Command::Submit { slot, admission, sort, work }
    })
}

/// Work of tasks, some of which issues a command from inside.
fn works(style: Style) -> BoxedStrategy<Work> {
    let plain = if style == Style::Linked {
        prop_oneof![3 => connections(), 3 => consumers(), 2 => silent(style)].boxed()
    } else {
        silent(style).boxed()
    };
    let often = if style == Style::Stubborn { 0.3 } else { 0.15 };
    let acts = weighted(often, (1..3_u64, commands(style, plain.clone()).prop_map(Box::new)));
    (plain, acts).prop_map(|(work, acts)| Work { acts, ..work }).boxed()
}

fn silent(style: Style) -> impl Strategy<Value = Work> {
    let exact = weighted(0.2, 0..4_usize);
    let expires = weighted(0.25, prop_oneof![1 => Just(0), 30 => 1..300_u64]);
    let often = if style == Style::Linked { 0.75 } else { 0.1 };
    let policy = weighted(0.85, policies());
    let schedules = schedules(if style == Style::Scheduled { 0.85 } else { 0.1 });
    let limits = limits_of_attempts(if style == Style::Limited { 0.85 } else { 0.12 });
    let (rare, policy) = ((rares(limits), schedules).boxed(), policy.boxed());
    let parts = (policy, vec(steps(style), 1..5), exact, readiness(), expires, depends(often), rare);
    parts.prop_map(|(mut policy, steps, exact, (ready, notifies), expires, depends, (rare, schedule))| {
        // `stable_after` can equal the duration of an attempt or its timeout.
        if let (Some(policy), Some(step)) = (&mut policy, exact.and_then(|step| steps.get(step))) {
            let ends = if let Step::Attempt(attempt) = step { attempt.ends } else { None };
            let lasts = ends.map(|(after, _)| after).filter(|after| *after > 0);
            policy.stable_after = policy.timeout.or(lasts).or(policy.stable_after);
        }
        let (acts, none) = (None, (Rare::default(), Schedule::default()));
        let work =
            Work { policy, steps, acts, ready, notifies, expires, depends, rare: none.0, schedule: none.1 };
        rare.of(schedule.of(work))
    })
}

/// When a task is ready, and when its attempts notify. A few notify without effect, and a few never do.
fn readiness() -> impl Strategy<Value = (Option<Readiness>, Option<Notifies>)> {
    let ready =
        prop_oneof![1 => Just(Readiness::Start), 1 => Just(Readiness::Success), 3 => Just(Readiness::Notify)];
    (
        weighted(0.5, ready),
        weighted(0.7, prop_oneof![Just(Notifies::AtItsStart), Just(Notifies::BeforeItReturns)]),
    )
}

/// Policies, a few of which contradict themselves.
fn policies() -> impl Strategy<Value = Policy> {
    let restart =
        prop_oneof![Just(RestartPolicy::Never), Just(RestartPolicy::OnFailure), Just(RestartPolicy::Always)];
    let span = |zero: u32, most: Ms| prop_oneof![zero => Just(0), 60 => 1..most];
    let timeout = weighted(0.3, span(1, 300));
    let (retries, delay) = (weighted(0.4, 0..4_u32), weighted(0.7, span(10, 400)));
    let stable = weighted(0.3, span(1, 250));
    (restart, backoffs(), timeout, (retries, delay, stable, 0..30_u32)).prop_map(
        |(restart, backoff, timeout, (retries, delay, stable_after, contradicts))| {
            let sound = contradicts > 0;
            let wait = |stable: &Ms| !sound || timeout.is_none_or(|timeout| *stable <= timeout);
            Policy {
                restart,
                backoff,
                timeout,
                max_retries: retries.filter(|_| !sound || restart != RestartPolicy::Never),
                delay: delay.filter(|_| !sound || restart == RestartPolicy::Always),
                stable_after: stable_after.filter(wait),
            }
        },
    )
}

fn backoffs() -> impl Strategy<Value = Backoff> {
    let law = prop_oneof![
        1 => Just(Law::None),
        2 => (0..200_u64).prop_map(Law::Constant),
        3 => (1..100_u64, 1..20_u64, 4..14_u32).prop_map(|(first, times, quarters)| {
            Law::Exponential { first, max: first * times, quarters }
        }),
    ];
    let jitter = prop_oneof![
        4 => Just(JitterPolicy::None),
        1 => Just(JitterPolicy::Equal),
        1 => Just(JitterPolicy::Full),
        1 => Just(JitterPolicy::Decorrelated),
    ];
    (law, jitter).prop_map(|(law, jitter)| Backoff { law, jitter })
}

fn steps(style: Style) -> BoxedStrategy<Step> {
    let (quick, ending, heeding) = match style {
        Style::Mixed | Style::Linked | Style::Shared => (2, 0.85, 0.7),
        Style::Limited => (1, 0.9, 0.8),
        Style::Scheduled => (2, 0.92, 0.8),
        Style::Crowded => (0, 0.5, 0.6),
        Style::Stubborn => (0, 0.5, 0.4),
    };
    let time = prop_oneof![quick => Just(0), 6 => 1..400_u64, 1 => 400..15_000_u64];
    let stopping = prop_oneof![3 => Just(0), 2 => 1..150_u64];
    let dropping = prop_oneof![
        12 => Just(Dropping::Quick),
        1 => (1..15_u64).prop_map(Dropping::Slow),
        1 => Just(Dropping::Panics),
    ];
    let ends = weighted(ending, (time, ends()));
    let on_stop = weighted(heeding, (stopping, ends_when_stopped()));
    let first_check = prop_oneof![6 => Just(0), 1 => 1..200_u64];
    let parts = (ends, on_stop, first_check, beats(), dropping);
    let attempt = parts.prop_map(|(ends, on_stop, first_check, beats, dropping)| {
        Step::Attempt(Attempt { ends, on_stop, first_check, beats, dropping })
    });
    prop_oneof![25 => attempt, 1 => Just(Step::Unbuildable)].boxed()
}

fn ends() -> impl Strategy<Value = End> {
    prop_oneof![
        6 => Just(End::Succeed),
        6 => Just(End::Fail),
        2 => Just(End::Fatal),
        2 => (0..300_u64).prop_map(End::RetryAfter),
        2 => (0..300_u64).prop_map(End::Snooze),
        2 => Just(End::Done),
        1 => Just(End::Cancel),
        2 => Just(End::Panic),
    ]
}

fn ends_when_stopped() -> impl Strategy<Value = End> {
    prop_oneof![8 => Just(End::Cancel), 4 => ends(), 1 => Just(End::Panic)]
}

fn listeners() -> impl Strategy<Value = Listener> {
    let wants = prop_oneof![3 => Just(Wants::All), 1 => Just(Wants::Ends), 1 => Just(Wants::Attempts)];
    let queue = prop_oneof![2 => 1..4_usize, 1 => 4..40_usize, 2 => Just(1024_usize)];
    let behavior = prop_oneof![
        Just(Behavior::Quick),
        (1..80_u64).prop_map(Behavior::Slow),
        (0..30_usize).prop_map(Behavior::Stuck),
        (1..6_usize).prop_map(Behavior::Panics),
    ];
    (wants, queue, behavior).prop_map(|(wants, queue, behavior)| Listener { wants, queue, behavior })
}
