//! Programs that have found faults in the limits of attempts.

use crate::compare::compare;
use crate::guard::{attempt, sample_of_limits};
use crate::play::play;
use crate::program::{Burst, Command, Program};

/// Checks that the program matches its prediction.
fn check(program: &Program) {
    if let Err(problem) = compare(program, &play(program)) {
        panic!("{problem:?}");
    }
}

#[test]
fn a_waiter_for_a_token_waits_for_no_permit_before() {
    let mut program = sample_of_limits();
    program.bursts.truncate(2);
    // The first task takes each token before the second one, and keeps the permit.
    let Command::Submit { work, .. } = &mut program.bursts[0].commands[0] else {
        unreachable!("a task is submitted")
    };
    work.steps = vec![work.steps[0], attempt(None, None)];
    // A view is compared before each burst.
    program.bursts.push(Burst { after: 60, commands: vec![Command::Resume { before: 0 }] });
    check(&program);
}
