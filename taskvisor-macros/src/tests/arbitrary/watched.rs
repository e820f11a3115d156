//! Runs what may never end where that is seen, and says on which usage it was.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use proptest::strategy::BoxedStrategy;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestCaseError, TestRunner};

use super::promises::{self, Answer};
use super::usage::Usage;

/// No usage takes a thousandth of it.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often there was each answer.
pub(super) type Answers = BTreeMap<Answer, u32>;

enum News {
    Trying(String),
    Answered(Answer),
}

/// Tries usages, and tells which one before it does.
pub(super) struct Trial(Sender<News>);

impl Trial {
    pub(super) fn keeps_promises(&self, usage: &Usage) -> Result<(), String> {
        let _ = self.0.send(News::Trying(format!("{usage:?}")));
        let answer = promises::keep(usage)?;
        let _ = self.0.send(News::Answered(answer));
        Ok(())
    }
}

/// Does the work on another thread, for as long as there is news of it.
pub(super) fn watched(work: impl FnOnce(&Trial) -> Result<(), String> + Send + 'static) -> Answers {
    let (sender, news) = channel();
    let worker = thread::spawn(move || work(&Trial(sender)));
    let (mut last, mut answers) = (String::new(), Answers::new());
    loop {
        match news.recv_timeout(PATIENCE) {
            Ok(News::Trying(usage)) => last = usage,
            Ok(News::Answered(answer)) => *answers.entry(answer).or_default() += 1,
            Err(RecvTimeoutError::Timeout) => panic!("no answer within {PATIENCE:?} to\n    {last}"),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    match worker.join() {
        Ok(Ok(())) => answers,
        Ok(Err(broken)) => panic!("{broken}"),
        Err(panic) => {
            eprintln!("the panic was the answer to\n    {last}");
            resume_unwind(panic)
        }
    }
}

/// Tries as many usages as `PROPTEST_CASES` says, by chance; a failure says how to replay it.
pub(super) fn tried(usages: fn() -> BoxedStrategy<Usage>) -> Answers {
    let test = thread::current().name().unwrap_or_default().to_owned();
    watched(move |trial| {
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
        let keeps_promises = |usage| trial.keeps_promises(&usage).map_err(TestCaseError::fail);
        TestRunner::new(config)
            .run(&usages(), keeps_promises)
            .map_err(|failed| format!("{failed}\nto try the same again: {replay}"))
    })
}
