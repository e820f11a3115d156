//! Tasks that fail until they are out of retries or succeed, each in its own way.

use std::future::pending;
use std::panic::panic_any;
use std::time::Duration;

use taskvisor::{
    BackoffPolicy, FailureKind, JitterPolicy, Outcome, RestartPolicy, TaskContext, TaskError, TaskFn,
    TaskSpec,
};

use crate::driver::Driver;
use crate::world::ON_PURPOSE;

const BURST: usize = 96;

/// A way to fail: the behavior of each attempt, the restart settings, and the promised outcome.
pub(crate) struct Way {
    attempt: Attempt,
    retries: u32,
    backoff: BackoffPolicy,
    end: End,
}

#[derive(Clone, Copy)]
enum Attempt {
    Fail,
    FailUpTo(u64),
    Fatal,
    Postpone,
    TimeOut,
    Panic,
    PanicUpTo(u64),
    /// Succeeds; the value of the task panics when it is dropped.
    LeaveABomb,
}

enum End {
    Completed,
    Failed(FailureKind, u64),
}

/// Short, so that the tasks do sleep, but not for long.
const MOMENT: Duration = Duration::from_millis(2);

const SHORT: BackoffPolicy = match BackoffPolicy::builder().first(MOMENT).max(MOMENT).build() {
    Ok(policy) => policy.with_jitter(JitterPolicy::Full),
    Err(_) => panic!("the first delay is not above the largest"),
};

const fn way(attempt: Attempt, retries: u32, backoff: BackoffPolicy, end: End) -> Way {
    Way { attempt, retries, backoff, end }
}

/// Failures without a delay before the next attempt.
pub(crate) static AT_ONCE: [Way; 3] = [
    way(Attempt::Fail, 3, BackoffPolicy::none(), End::Failed(FailureKind::Error, 4)),
    way(Attempt::FailUpTo(2), 2, BackoffPolicy::none(), End::Completed),
    way(Attempt::Fatal, 9, BackoffPolicy::none(), End::Failed(FailureKind::Fatal, 1)),
];

pub(crate) static DELAYED: [Way; 3] = [
    way(Attempt::Fail, 3, SHORT, End::Failed(FailureKind::Error, 4)),
    way(Attempt::Postpone, 1, BackoffPolicy::exponential(), End::Completed),
    way(Attempt::TimeOut, 1, SHORT, End::Failed(FailureKind::Timeout, 2)),
];

pub(crate) static PANICS: [Way; 3] = [
    way(Attempt::Panic, 2, BackoffPolicy::none(), End::Failed(FailureKind::Panic, 3)),
    way(Attempt::PanicUpTo(1), 1, SHORT, End::Completed),
    way(Attempt::LeaveABomb, 0, BackoffPolicy::none(), End::Completed),
];

pub(crate) async fn drive(driver: Driver, ways: &'static [Way]) {
    let mut open = true;
    while open {
        let burst = ways.iter().cycle().take(BURST).enumerate();
        let added: Vec<_> =
            burst.map_while(|(index, way)| Some((way, driver.add(way.spec(&driver, index))?))).collect();
        open = added.len() == BURST;
        for (way, task) in &added {
            driver.expect(task, |outcome| way.is_promised(outcome)).await;
        }
    }
}

impl Way {
    fn spec(&self, driver: &Driver, index: usize) -> TaskSpec {
        let (world, attempt) = (driver.world.clone(), self.attempt);
        let bomb = matches!(attempt, Attempt::LeaveABomb).then(|| Bomb);
        let task = TaskFn::arc(format!("{}-{index}", driver.row), move |ctx: TaskContext| {
            let _ = &bomb;
            let world = world.clone();
            async move {
                let _attempt = world.attempt_number(ctx.attempt());
                attempt.run(ctx.attempt()).await
            }
        });
        let spec = TaskSpec::new(task, RestartPolicy::OnFailure, self.backoff, None);
        let spec = spec.with_max_retries(self.retries);
        if matches!(attempt, Attempt::TimeOut) { spec.with_timeout(MOMENT) } else { spec }
    }

    fn is_promised(&self, outcome: &Outcome) -> bool {
        match (&self.end, outcome) {
            (End::Completed, Outcome::Completed) => true,
            (End::Failed(kind, attempt), Outcome::Failed(failure)) => {
                failure.kind() == *kind && failure.attempt() == *attempt
            }
            _ => false,
        }
    }
}

impl Attempt {
    async fn run(self, number: u64) -> Result<(), TaskError> {
        match self {
            Self::Fail => Err(TaskError::fail("no luck")),
            Self::FailUpTo(last) if number <= last => Err(TaskError::fail("no luck yet")),
            Self::Fatal => Err(TaskError::fatal("no hope")),
            Self::Postpone if number == 1 => Err(TaskError::retry_after("not now", MOMENT)),
            Self::TimeOut => pending().await,
            Self::Panic => panic_any(ON_PURPOSE),
            Self::PanicUpTo(last) if number <= last => panic_any(ON_PURPOSE),
            Self::FailUpTo(_) | Self::Postpone | Self::PanicUpTo(_) | Self::LeaveABomb => Ok(()),
        }
    }
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic_any(ON_PURPOSE);
    }
}
