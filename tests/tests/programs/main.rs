//! Random programs against a reference model, and the bounds of contract 2 for any policy there is.
//!
//! A program is a set of timed commands (add, submit, cancel, clear, stop) over few names and slots, with tasks whose
//! every attempt is scripted (ends, errors, panics, hangs, slow or panicking destructors, deaf to stops, slow to heed
//! them or late to look, commands from inside), subscribers that are quick, slow, stuck or panic, and a shutdown at any
//! moment, by whatever brings one about. It is played on a paused runtime of one thread, and predicted by a simulation
//! written from the contract. What must agree, for every program:
//! - the events of every task with their times, errors and delays; its outcome, and when it can be seen;
//! - what every command came back with, what was listed before every burst of commands, the report of the run;
//! - when the shutdown was through, and that then nothing is left: no name, slot, future, value, state, event to come;
//! - the invariants that the recorder checks (`tests/src`), and that no subscriber lost anything uncounted.
//!
//! | what | how |
//! |---|---|
//! | what everybody runs | `cargo test -p tests --test programs`: a thousand programs, of seeds 0 to 999 |
//! | many thousands | `PROGRAMS=1000000 cargo test -p tests --release --test programs random -- --nocapture` |
//! | half an hour of seeds nobody tried | `PROGRAM_MINUTES=30 PROGRAM_SEED=$(date +%s)000000 cargo test …` as above |
//! | one again, as a failed test says | `PROGRAM_SEED=1954 PROGRAMS=1 cargo test …`; with `PROGRAM_SHRINK=0` as it was found |
//! | many policies | `PROPTEST_CASES=100000 cargo test -p tests --release --test programs delays` |
//!
//! A program that fails is made smaller and printed as a script. A seed is all there is to it: also what the runtime draws
//! as jitter follows from it.
//!
//! `model` says what it leaves open and how it notices. That none of this is empty is shown by `coverage` (every event,
//! outcome, answer, and every cell of the tables of contract 1 and 6 is met) and by `guard` (a prediction for another program
//! does not agree).

// In reading order: what a program is, what it should come to, what it comes to, whether these agree.

mod program;
mod readable;
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
mod random;
mod delays;
