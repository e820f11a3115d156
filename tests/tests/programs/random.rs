//! Executes and compares many programs, each from its own seed.

use std::cell::{Cell, RefCell};
use std::env;
use std::time::{Duration, Instant};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError};

use crate::compare::{Mismatch, compare};
use crate::coverage::Coverage;
use crate::generate::{self, runner};
use crate::play::play;
use crate::program::Program;

/// The default number of programs.
const PROGRAMS: u64 = 3_000;

/// The results of the programs.
#[derive(Debug, Default)]
struct Tried {
    clear: u64,
    unclear: Cell<u64>,
    coverage: RefCell<Coverage>,
}

impl Tried {
    /// Tries the program of this seed. While the contract allows several predictions, tries the seed's next program.
    fn seed(&mut self, seed: u64, programs: &impl Strategy<Value = Program>) {
        let config =
            Config { cases: 1, failure_persistence: None, max_shrink_iters: shrink(), ..Config::default() };
        let failed = runner(seed, config).run(programs, |program| {
            let played = play(&program);
            match compare(&program, &played) {
                Ok(predicted) => {
                    self.coverage.borrow_mut().count(&predicted, &played);
                    Ok(())
                }
                Err(Mismatch::Unclear(why)) => {
                    self.unclear.set(self.unclear.get() + 1);
                    Err(TestCaseError::reject(why))
                }
                Err(Mismatch::Differs(how)) => Err(TestCaseError::fail(how)),
            }
        });
        if let Err(problem) = failed {
            panic!("seed {seed}: {problem}\nreplay with PROGRAM_SEED={seed} PROGRAMS=1");
        }
        self.clear += 1;
    }
}

/// The maximum number of steps that shrink a failing program.
fn shrink() -> u32 {
    number("PROGRAM_SHRINK").and_then(|times| u32::try_from(times).ok()).unwrap_or(20_000)
}

fn number(name: &str) -> Option<u64> {
    env::var(name)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")))
}

#[test]
fn random_programs_match_the_prediction_of_the_model() {
    let first = number("PROGRAM_SEED").unwrap_or(0);
    let programs = number("PROGRAMS").unwrap_or(PROGRAMS);
    let until = number("PROGRAM_MINUTES").map(|minutes| Instant::now() + Duration::from_secs(60 * minutes));
    let mut tried = Tried::default();
    // Built once, because it takes longer than a program.
    let strategy = generate::programs();
    let mut next = first;
    while until.map_or(next < first + programs, |until| Instant::now() < until) {
        tried.seed(next, &strategy);
        next += 1;
    }
    println!(
        "{} programs, seeds {first} to {}; {} others were unclear",
        tried.clear,
        next - 1,
        tried.unclear.get()
    );
    if env::var("PROGRAM_MET").is_ok() {
        println!("met: {:#?}", tried.coverage.borrow());
    }
    println!("least met: {:?}", tried.coverage.borrow().rare());
    let missing = tried.coverage.borrow().missing();
    assert!(tried.clear < PROGRAMS || missing.is_empty(), "never met: {missing:#?}");
}
