//! Generates programs around one slot with several owners.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::generate_limits::runs;
use crate::program::{Admission, Burst, Command, Program, Sort};

/// How many owners a slot may have. Zero is refused.
pub(crate) fn capacities() -> impl Strategy<Value = usize> {
    prop_oneof![1 => Just(0), 30 => Just(2), 15 => Just(3), 12 => Just(1)]
}

pub(crate) fn admissions() -> impl Strategy<Value = Admission> {
    prop_oneof![
        3 => Just(Admission::Queue),
        2 => Just(Admission::Replace),
        1 => Just(Admission::DropIfRunning),
        2 => Just(Admission::Latest),
    ]
}

/// Changes a program into one that submits to one slot with several places, and cancels, pauses and resumes its owners and waiters.
pub(crate) fn around_a_slot(program: impl Strategy<Value = Program>) -> impl Strategy<Value = Program> {
    let before = 0..5_usize;
    let submit = (admissions(), capacities(), runs(0.6)).prop_map(|(admission, capacity, mut work)| {
        work.rare.capacity = Some(capacity);
        Command::Submit { slot: Some(0), admission, sort: Sort::Task, work }
    });
    let command = prop_oneof![
        8 => submit.boxed(),
        4 => before.clone().prop_map(|before| Command::Cancel { before, grace: None }),
        1 => before.clone().prop_map(|before| Command::Pause { before }),
        1 => before.prop_map(|before| Command::Resume { before }),
    ];
    let bursts = vec((1..90_u64, command), 3..11);
    (program, bursts.boxed()).prop_map(|(mut program, bursts)| {
        let burst = |(after, command)| Burst { after, commands: vec![command] };
        let mut bursts: Vec<_> = bursts.into_iter().map(burst).collect();
        bursts.append(&mut program.bursts);
        program.limits.per_slot += 2;
        program.limits.total += 3;
        Program { run: None, bursts, ..program }
    })
}
