//! Generates tasks with instances, whose number changes, and which an operator controls together or one by one.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::generate_limits::{limits, runs};
use crate::instances::{Operation, POOLS};
use crate::program::{Burst, Command, Program, Work};

fn pools() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0), 1 => 1..POOLS.len()]
}

/// Commands about tasks with instances.
pub(crate) fn instance_commands(works: BoxedStrategy<Work>) -> impl Strategy<Value = Command> {
    let instances = prop_oneof![1 => Just(0), 30 => 1..4_usize];
    let added = (pools(), instances, works).prop_map(|(pool, instances, work)| Command::AddInstances {
        pool,
        instances,
        work,
    });
    prop_oneof![2 => added.boxed(), 1 => scales(6), 1 => operations()]
}

/// `single` is the weight of a task without instances.
fn scales(single: u32) -> impl Strategy<Value = Command> {
    let pool = prop_oneof![6 => pools(), single => Just(POOLS.len())];
    (pool, 0..5_usize).prop_map(|(pool, instances)| Command::Scale { pool, instances })
}

fn operations() -> impl Strategy<Value = Command> {
    let operation = prop_oneof![
        1 => Just(Operation::Remove),
        3 => Just(Operation::Pause),
        2 => Just(Operation::PauseAfter),
        4 => Just(Operation::Resume),
        2 => Just(Operation::Restart),
        1 => Just(Operation::Trigger),
    ];
    (pools(), operation).prop_map(|(pool, operation)| Command::Operate { pool, operation })
}

/// Changes a program into one that begins with a task with instances, often with limits, and changes their number.
pub(crate) fn around_instances(program: impl Strategy<Value = Program>) -> impl Strategy<Value = Program> {
    let before = 0..4_usize;
    let one = prop_oneof![
        2 => before.clone().prop_map(|before| Command::Cancel { before, grace: None }),
        2 => before.clone().prop_map(|before| Command::Pause { before }),
        2 => before.clone().prop_map(|before| Command::Resume { before }),
        1 => before.prop_map(|before| Command::Restart { before }),
    ];
    let command = prop_oneof![5 => scales(1), 3 => operations(), 5 => one];
    let bursts = vec((1..120_u64, vec(command, 1..3)), 2..9);
    let first = (1..4_usize, runs(0.9), limits(0.6));
    (program, first, bursts.boxed()).prop_map(|(mut program, (instances, mut work, limited), bursts)| {
        work.rare.limited = limited;
        let first = Command::AddInstances { pool: 0, instances, work };
        let mut all = vec![Burst { after: 1, commands: vec![first] }];
        all.extend(bursts.into_iter().map(|(after, commands)| Burst { after, commands }));
        all.append(&mut program.bursts);
        Program { run: None, bursts: all, ..program }
    })
}
