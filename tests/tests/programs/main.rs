//! Random programs against a reference model, and the bounds of contract 2 for any valid policy.
//!
//! A program is a set of timed commands (add, submit, scale, cancel, restart, pause, resume, trigger, clear, stop) over few names and
//! slots. Some tasks run at the ticks of a grid; dates of `cron` have tests of their own. Tasks and submissions share permits and rates,
//! slots have several owners, and tasks have instances, whose number changes. Each attempt of a task is scripted: results, errors,
//! panics, hangs, slow or panicking destructors, ignored or late stops, and commands from inside. Subscribers are quick, slow, stuck or panic. The shutdown comes at any moment. A program is executed on a
//! paused runtime of one thread, and predicted by a simulation written from the contract. For every program, these agree:
//! - the events of every task with their times, errors and delays; its outcome, and when a waiter sees it;
//! - the answer of every command, the tasks listed before every burst of commands, the report of the run;
//! - when the shutdown returned, and that no name, slot, future, value, state or pending event is left then;
//! - the invariants that the recorder checks (`tests/src`), and that no subscriber lost an uncounted event.
//!
//! | purpose | command |
//! |---|---|
//! | the default: a thousand programs, seeds 0 to 999 | `cargo test -p tests --test programs` |
//! | many programs | `PROGRAMS=1000000 cargo test -p tests --release --test programs random -- --nocapture` |
//! | half an hour of new seeds | `PROGRAM_MINUTES=30 PROGRAM_SEED=$(date +%s)000000 cargo test …` as above |
//! | replay one seed | `PROGRAM_SEED=1954 PROGRAMS=1 cargo test …`; `PROGRAM_SHRINK=0` skips the shrinking |
//! | many rates and permits | `PROPTEST_CASES=100000 cargo test -p tests --release --test programs rates` |
//! | many policies | `PROPTEST_CASES=100000 cargo test -p tests --release --test programs delays` |
//!
//! # A worked example
//!
//! Suppose the model counts `retry_after` failures for the next backoff delay (`model/ends.rs`, in `follow`). Contract 2.1
//! does not count them. The test then prints, shortened:
//!
//! ```text
//! seed 52: `a` backs off 1ms after attempt 2; the model predicts 1.499999ms..=1.500001ms.    the difference
//! a program, random seed 1629886120258392433:                                               the program of seed 52, shrunk
//!   grace 0 ms, drain 1 ms, no limit on attempts
//!   defaults: on-failure, backoff 1 ms, factor 6/4, max 2 ms
//!   at 0 ms
//!     run
//!       `a` (inherits): fails with retry_after 0 ms after 0 ms | fails after 0 ms
//!   at 1 ms
//!     shutdown
//! ```
//!
//! Attempt 1 fails with `retry_after`, so that attempt 2 starts at once. Attempt 2 fails, and its delay follows from the
//! number of backoff delays before it. That number is 0, so that the delay is 1 ms, as in the runtime. The wrong model
//! counted 1, and predicted 1 ms × 6/4.
//!
//! A failing program is shrunk and printed as a script. The seed determines the whole program, including the jitter that
//! the runtime draws.
//!
//! `model` lists what the contract leaves open and how the model detects it. `coverage` shows that every event, outcome,
//! answer, and cell of the tables of contract 1 and 6 occurs; `guard` shows that another prediction differs; `known` repeats
//! programs that have found faults.

// In reading order: the program, its prediction, its execution, the comparison.

mod program;
mod depends;
mod rare;
mod limited;
mod instances;
mod schedule;
mod readable;
mod linked;
mod generate_rare;
mod generate_limits;
mod generate_shared;
mod generate_instances;
mod generate_schedule;
mod generate;

mod vocabulary;
mod specs;
mod model;

mod body;
mod listeners;
mod view;
mod fixture;
mod execute;
#[cfg(feature = "controller")]
mod submit;
#[cfg(all(feature = "controller", feature = "macros"))]
mod jobs;
mod play;
mod finish;

mod compare;
mod coverage;
mod guard;
mod known;
#[cfg(feature = "controller")]
mod known_limits;
mod random;
mod readiness;
mod delays;
#[cfg(feature = "controller")]
mod rates;
