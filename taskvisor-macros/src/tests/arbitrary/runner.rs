//! Runs the checks on another thread, to report the usage on which an attribute hangs.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use proptest::strategy::BoxedStrategy;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestCaseError, TestRunner};

use super::properties::{self, Verdict};
use super::usage::Usage;

/// More than a thousand times as long as any usage takes.
const HANG_TIMEOUT: Duration = Duration::from_secs(20);

/// How often each verdict occurred.
pub(super) type Verdicts = BTreeMap<Verdict, u32>;

enum Progress {
    Started(String),
    Finished(Verdict),
}

/// Checks usages, and reports each before it is checked.
pub(super) struct Trial(Sender<Progress>);

impl Trial {
    pub(super) fn check(&self, usage: &Usage) -> Result<(), String> {
        let _ = self.0.send(Progress::Started(format!("{usage:?}")));
        let verdict = properties::check(usage)?;
        let _ = self.0.send(Progress::Finished(verdict));
        Ok(())
    }
}

/// Runs the checks on another thread. Panics if one of them makes no progress.
pub(super) fn run_on_a_thread(work: impl FnOnce(&Trial) -> Result<(), String> + Send + 'static) -> Verdicts {
    let (sender, progress) = channel();
    let worker = thread::spawn(move || work(&Trial(sender)));
    let (mut last, mut verdicts) = (String::new(), Verdicts::new());
    loop {
        match progress.recv_timeout(HANG_TIMEOUT) {
            Ok(Progress::Started(usage)) => last = usage,
            Ok(Progress::Finished(verdict)) => *verdicts.entry(verdict).or_default() += 1,
            Err(RecvTimeoutError::Timeout) => panic!("no verdict within {HANG_TIMEOUT:?} on\n    {last}"),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    match worker.join() {
        Ok(Ok(())) => verdicts,
        Ok(Err(broken)) => panic!("{broken}"),
        Err(panic) => {
            eprintln!("the attribute panicked on\n    {last}");
            resume_unwind(panic)
        }
    }
}

/// Checks as many random usages as `PROPTEST_CASES` says. The message of a failure says how to replay it.
pub(super) fn run_cases(usages: fn() -> BoxedStrategy<Usage>) -> Verdicts {
    let test = thread::current().name().unwrap_or_default().to_owned();
    run_on_a_thread(move |trial| {
        let mut config = Config {
            failure_persistence: None,
            rng_algorithm: RngAlgorithm::XorShift,
            max_shrink_time: 30_000,
            ..Config::default()
        };
        let seed = match config.rng_seed {
            RngSeed::Fixed(seed) => seed,
            RngSeed::Random => RandomState::new().hash_one(0),
        };
        config.rng_seed = RngSeed::Fixed(seed);
        let replay = format!("PROPTEST_RNG_SEED={seed} PROPTEST_CASES={} cargo test {test}", config.cases);
        let check = |usage| trial.check(&usage).map_err(TestCaseError::fail);
        TestRunner::new(config)
            .run(&usages(), check)
            .map_err(|failed| format!("{failed}\nto replay it: {replay}"))
    })
}
