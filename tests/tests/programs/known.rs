//! Programs that have found faults in the schedules of tasks.

use taskvisor::Missed;

use crate::compare::compare;
use crate::guard::{attempt, sample_of_a_grid};
use crate::play::play;
use crate::program::{Burst, Command, End, Ms, Policy, Program, Step, Work};
use crate::schedule::Schedule;
use crate::vocabulary::Answer;

const PAUSE: Command = Command::Pause { before: 0 };
const RESUME: Command = Command::Resume { before: 0 };
const TRIGGER: Command = Command::Trigger { before: 0 };

/// A program that adds one task with a grid of 40 ms, and executes these commands, each at its time.
fn program(change: impl FnOnce(&mut Work), commands: &[(Ms, Command)]) -> Program {
    let mut program = sample_of_a_grid();
    program.bursts.truncate(1);
    let first = &mut program.bursts[0];
    first.after = 1;
    let Command::Add { work, .. } = &mut first.commands[0] else { unreachable!("a task is added") };
    change(work);
    let mut last = 1;
    for (at, command) in commands {
        match program.bursts.last_mut() {
            Some(burst) if *at == last => burst.commands.push(command.clone()),
            _ => program.bursts.push(Burst { after: at - last, commands: vec![command.clone()] }),
        }
        last = *at;
    }
    program
}

fn fails(after: Ms) -> Step {
    attempt(Some((after, End::Fail)), Some((0, End::Cancel)))
}

fn succeeds(after: Ms) -> Step {
    attempt(Some((after, End::Succeed)), Some((0, End::Cancel)))
}

/// Checks that the program matches its prediction. Returns the events of its task, and its answers.
fn observe(program: &Program) -> (Vec<String>, Vec<Answer>) {
    let played = play(program);
    if let Err(problem) = compare(program, &played) {
        panic!("{problem:?}");
    }
    (played.event_log.of(&played.tasks[0].handle), played.answers)
}

#[test]
fn a_new_run_shows_no_failures_of_the_run_before() {
    let once = |work: &mut Work| {
        work.policy = work.policy.map(|policy| Policy { max_retries: Some(0), ..policy });
        work.steps = vec![fails(1), succeeds(10)];
    };
    // A view is compared before each burst: during the second run.
    let (events, _) = observe(&program(once, &[(45, TRIGGER)]));
    assert!(events.contains(&"succeeded 2".to_owned()), "{events:?}");
}

#[test]
fn a_trigger_right_after_the_add_ends_the_start_delay() {
    let delayed = |work: &mut Work| work.schedule.start_delay = Some(1_000);
    let (events, answers) = observe(&program(delayed, &[(1, TRIGGER)]));
    assert_eq!(answers[1], Answer::Triggered(true));
    assert!(events.contains(&"started 1".to_owned()), "{events:?}");
}

#[test]
fn a_trigger_right_after_a_resume_begins_a_run() {
    let quick = |work: &mut Work| work.steps = vec![succeeds(1)];
    let (_, answers) = observe(&program(quick, &[(10, PAUSE), (20, RESUME), (20, TRIGGER)]));
    assert_eq!(answers[3], Answer::Triggered(true));
}

#[test]
fn a_pause_that_ends_at_once_keeps_the_wait_for_a_tick() {
    let quick = |work: &mut Work| work.steps = vec![succeeds(1)];
    // A view is compared before each burst: the wait began after the first run.
    let (events, _) = observe(&program(quick, &[(10, PAUSE), (10, RESUME), (20, TRIGGER)]));
    assert!(events.contains(&"started 2".to_owned()), "{events:?}");
}

#[test]
fn a_tick_during_an_attempt_that_a_pause_ends_overlaps() {
    let long = |work: &mut Work| work.steps = vec![attempt(None, Some((0, End::Cancel)))];
    let (events, _) = observe(&program(long, &[(50, PAUSE), (60, RESUME)]));
    assert!(events.contains(&"skipped tick 1: 1 overlap".to_owned()), "{events:?}");
}

#[test]
fn a_tick_at_the_gates_before_a_pause_is_not_missed() {
    for missed in [Missed::Once, Missed::Skip] {
        let second = |work: &mut Work| {
            work.steps = vec![succeeds(1)];
            work.schedule.missed = Some(missed);
        };
        let commands = [(90, PAUSE), (140, RESUME), (190, Command::Cancel { before: 1, grace: Some(0) })];
        let mut program = program(second, &commands);
        // A task before it keeps the only permit, until it is canceled.
        let Command::Add { work, .. } = program.bursts[0].commands[0].clone() else {
            unreachable!("a task is added")
        };
        let keeps =
            Work { steps: vec![attempt(None, None)], policy: None, schedule: Schedule::default(), ..work };
        program.bursts[0].after += 1;
        program.bursts.insert(0, Burst { after: 1, commands: vec![Command::Add { name: 1, work: keeps }] });
        program.limits.concurrent = Some(1);
        program.limits.defaults.timeout = None;
        observe(&program);
    }
}
