//! A task that does as a program says, and watches itself: what it may not meet, it notes.

use std::future::{Future, pending};
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{self, Poll, Waker};
use std::thread;

use taskvisor::{CancellationToken, TaskContext, TaskError, TaskFn, TaskRef};
use tokio::time::{advance, sleep};

use crate::fixture::Fixture;
use crate::program::{Attempt, Dropping, End, Ms, Step, Work};
use crate::specs::millis;
use crate::vocabulary::{Error, message};

/// What is known of one task from inside.
#[derive(Default)]
pub(crate) struct Probe {
    /// Its number, once it is accepted.
    pub(crate) number: OnceLock<usize>,
    /// How many of its attempts there are.
    live: AtomicUsize,
    dropped: AtomicBool,
    tokens: Mutex<Vec<CancellationToken>>,
    /// The failure of the attempt before, and what the context said of it.
    last: Mutex<Vec<(u64, Option<Error>)>>,
    flaws: Mutex<Vec<String>>,
}

/// What is known of all tasks of a program from inside.
#[derive(Default)]
pub(crate) struct Crowd {
    now: AtomicUsize,
    most: AtomicUsize,
    /// Who was told to stop, in the order in which they learned of it.
    heard: Mutex<Vec<usize>>,
}

impl Crowd {
    /// How many attempts there were at once, at most.
    pub(crate) fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    pub(crate) fn heard(&self) -> Vec<usize> {
        lock(&self.heard).clone()
    }
}

impl Probe {
    fn flaw(&self, flaw: impl Into<String>) {
        lock(&self.flaws).push(flaw.into());
    }

    pub(crate) fn is_dropped(&self) -> bool {
        self.dropped.load(Ordering::Relaxed)
    }

    /// The previous failure that each attempt received.
    pub(crate) fn last(&self) -> Vec<(u64, Option<Error>)> {
        lock(&self.last).clone()
    }

    /// All that is wrong, once the task is over.
    pub(crate) fn flaws(&self) -> Vec<String> {
        let mut flaws = lock(&self.flaws).clone();
        let uncancelled = lock(&self.tokens).iter().filter(|token| !token.is_cancelled()).count();
        let found = [
            (self.live.load(Ordering::Relaxed) > 0, "its future is there after its end"),
            (!self.is_dropped(), "its value is there after its end"),
            (uncancelled > 0, "the token of an attempt that is over is not cancelled"),
        ];
        flaws.extend(found.iter().filter(|(holds, _)| *holds).map(|(_, flaw)| (*flaw).to_owned()));
        flaws
    }
}

/// The value of a task: it lives as long as the task.
struct Value(Arc<Probe>);

impl Drop for Value {
    fn drop(&mut self) {
        if self.0.live.load(Ordering::Relaxed) > 0 {
            self.0.flaw("its value was dropped before its future");
        }
        self.0.dropped.store(true, Ordering::Relaxed);
    }
}

/// The locals of an attempt.
struct Locals {
    probe: Arc<Probe>,
    fixture: Arc<Fixture>,
    dropping: Dropping,
}

impl Locals {
    fn new(probe: &Arc<Probe>, fixture: &Arc<Fixture>, dropping: Dropping) -> Self {
        if probe.live.fetch_add(1, Ordering::Relaxed) > 0 {
            probe.flaw("two attempts at once");
        }
        let crowd = &fixture.crowd;
        crowd.most.fetch_max(crowd.now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        Self { probe: Arc::clone(probe), fixture: Arc::clone(fixture), dropping }
    }
}

impl Drop for Locals {
    fn drop(&mut self) {
        if let Dropping::Slow(time) = self.dropping {
            block(time);
        }
        self.probe.live.fetch_sub(1, Ordering::Relaxed);
        self.fixture.crowd.now.fetch_sub(1, Ordering::Relaxed);
        // Two panics in one unwinding would end the process, and nobody could contain that.
        if self.dropping == Dropping::Panics && !thread::panicking() {
            resume_unwind(Box::new("a destructor"));
        }
    }
}

/// Blocks the thread: the clock goes on, and no other task runs.
fn block(time: Ms) {
    let mut advance = pin!(advance(millis(time)));
    // It moves the clock in its first poll; what it does after that is to let others run.
    let _ = advance.as_mut().poll(&mut task::Context::from_waker(Waker::noop()));
}

/// What makes the attempts of a task.
pub(crate) struct Body {
    work: Work,
    value: Value,
    fixture: Arc<Fixture>,
}

impl Body {
    pub(crate) fn new(work: &Work, probe: &Arc<Probe>, fixture: &Arc<Fixture>) -> Self {
        Self { work: work.clone(), value: Value(Arc::clone(probe)), fixture: Arc::clone(fixture) }
    }

    /// The same, where whatever it drops at the end of an attempt is still inside a poll: there a panic counts.
    #[cfg(all(feature = "controller", feature = "macros"))]
    pub(crate) fn of_a_job(mut self) -> Self {
        for step in &mut self.work.steps {
            if let Step::Attempt(Attempt { dropping: dropping @ Dropping::Panics, .. }) = step {
                *dropping = Dropping::Quick;
            }
        }
        self
    }

    /// A task of this name.
    pub(crate) fn task(self, name: String) -> TaskRef {
        TaskFn::arc(name, move |context: TaskContext| self.begin(context))
    }

    /// An attempt; or nothing but a panic.
    pub(crate) fn begin(&self, context: TaskContext) -> Playing {
        let probe = &self.value.0;
        let attempt = context.attempt();
        lock(&probe.last).push((attempt, context.last_error().as_ref().map(Error::of)));
        if lock(&probe.tokens).iter().any(|token| !token.is_cancelled()) {
            probe.flaw("the token of the attempt before is not cancelled");
        }
        if context.is_cancelled() {
            probe.flaw("an attempt begins although a stop was asked");
        }
        let step = self.work.step(attempt);
        // Who looks late takes its token late: it may have been cancelled before there was one.
        if !matches!(step, Step::Attempt(Attempt { looks: 1.., .. })) {
            lock(&probe.tokens).push(context.token());
        }
        match step {
            Step::Unbuildable => resume_unwind(Box::new(message(attempt))),
            Step::Attempt(step) => {
                let locals = Locals::new(probe, &self.fixture, step.dropping);
                let first = self.work.acts.clone().filter(|(acts, _)| *acts == attempt);
                let (probe, fixture) = (Arc::clone(probe), Arc::clone(&self.fixture));
                let work = async move {
                    if let Some((_, command)) = first {
                        fixture.execute(&command, true).await;
                    }
                    play(step, context, &probe, &fixture.crowd).await
                };
                Playing { work: Box::pin(work), _locals: locals }
            }
        }
    }
}

/// An attempt. Its locals live until it is dropped, not only until it is over: what panics in a poll would be another
/// thing than what panics when it is dropped.
pub(crate) struct Playing {
    work: Pin<Box<dyn Future<Output = Result<(), TaskError>> + Send>>,
    _locals: Locals,
}

impl Future for Playing {
    type Output = Result<(), TaskError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Self::Output> {
        self.work.as_mut().poll(context)
    }
}

async fn play(attempt: Attempt, context: TaskContext, probe: &Probe, crowd: &Crowd) -> Result<(), TaskError> {
    let by_itself = async {
        match attempt.ends {
            Some((after, end)) => wait(after, end).await,
            None => pending().await,
        }
    };
    let stopped = async {
        match attempt.heeds {
            Some(heeds) => {
                if attempt.looks > 0 {
                    sleep(millis(attempt.looks)).await;
                    lock(&probe.tokens).push(context.token());
                }
                context.cancelled().await;
                heeds
            }
            None => pending().await,
        }
    };
    let end = tokio::select! {
        biased;
        (after, end) = stopped => {
            lock(&crowd.heard).extend(probe.number.get());
            wait(after, end).await
        }
        end = by_itself => end,
    };
    end.done(context.attempt())
}

async fn wait(time: Ms, end: End) -> End {
    if time > 0 {
        sleep(millis(time)).await;
    }
    end
}

impl End {
    fn done(self, attempt: u64) -> Result<(), TaskError> {
        let message = message(attempt);
        match self {
            Self::Succeed => Ok(()),
            Self::Fail => Err(TaskError::fail(message)),
            Self::Fatal => Err(TaskError::fatal(message)),
            Self::RetryAfter(delay) => Err(TaskError::retry_after(message, millis(delay))),
            Self::Cancel => Err(TaskError::Canceled),
            // Without the hook, which would print it.
            Self::Panic => resume_unwind(Box::new(message)),
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
