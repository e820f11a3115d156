//! A task that executes the steps of a program and records every violated invariant that it observes.

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
#[cfg(all(feature = "controller", feature = "macros"))]
use crate::program::Sort;
use crate::program::{Attempt, Beats, Dropping, End, Ms, Notifies, Step, Work};
use crate::specs::millis;
use crate::vocabulary::{Error, Received, Tick, message};

/// The observations of one task from inside.
#[derive(Default)]
pub(crate) struct Probe {
    /// The number of the task, once it is accepted.
    pub(crate) number: OnceLock<usize>,
    /// The number of live attempts of the task.
    live: AtomicUsize,
    dropped: AtomicBool,
    tokens: Mutex<Vec<CancellationToken>>,
    /// What the context of each attempt held.
    last: Mutex<Vec<Received>>,
    problems: Mutex<Vec<String>>,
}

/// The observations of all tasks of a program from inside.
#[derive(Default)]
pub(crate) struct Crowd {
    now: AtomicUsize,
    most: AtomicUsize,
    /// The tasks that observed a stop request, in that order.
    stop_order: Mutex<Vec<usize>>,
}

impl Crowd {
    /// The largest number of concurrent attempts.
    pub(crate) fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    pub(crate) fn stop_order(&self) -> Vec<usize> {
        lock(&self.stop_order).clone()
    }
}

impl Probe {
    /// The probe of an instance. The value belongs to all instances, so that it outlives each of them.
    pub(crate) fn of_an_instance() -> Self {
        Self { dropped: AtomicBool::new(true), ..Self::default() }
    }

    fn problem(&self, problem: impl Into<String>) {
        lock(&self.problems).push(problem.into());
    }

    pub(crate) fn is_dropped(&self) -> bool {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(crate) fn last(&self) -> Vec<Received> {
        lock(&self.last).clone()
    }

    /// The violated invariants, once the task is over.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = lock(&self.problems).clone();
        let uncancelled = lock(&self.tokens).iter().filter(|token| !token.is_cancelled()).count();
        let found = [
            (self.live.load(Ordering::Relaxed) > 0, "its future is alive after its end"),
            (!self.is_dropped(), "its value is alive after its end"),
            (uncancelled > 0, "the token of an attempt that is over is not cancelled"),
        ];
        problems.extend(found.iter().filter(|(holds, _)| *holds).map(|(_, problem)| (*problem).to_owned()));
        problems
    }
}

/// The value of a task: it lives as long as the task.
struct Value(Arc<Probe>);

impl Drop for Value {
    fn drop(&mut self) {
        if self.0.live.load(Ordering::Relaxed) > 0 {
            self.0.problem("its value was dropped before its future");
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
            probe.problem("two attempts at once");
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
        // A second panic during unwinding aborts the process, which no runtime can contain.
        if self.dropping == Dropping::Panics && !thread::panicking() {
            resume_unwind(Box::new("a destructor"));
        }
    }
}

/// Blocks the thread: the clock advances, and no other task runs.
fn block(time: Ms) {
    let mut advance = pin!(advance(millis(time)));
    // The first poll advances the clock. Later polls would yield to other tasks.
    let _ = advance.as_mut().poll(&mut task::Context::from_waker(Waker::noop()));
}

/// Creates the attempts of a task.
pub(crate) struct Body {
    work: Work,
    value: Value,
    fixture: Arc<Fixture>,
}

impl Body {
    pub(crate) fn new(work: &Work, probe: &Arc<Probe>, fixture: &Arc<Fixture>) -> Self {
        Self { work: work.clone(), value: Value(Arc::clone(probe)), fixture: Arc::clone(fixture) }
    }

    #[cfg(all(feature = "controller", feature = "macros"))]
    pub(crate) fn of_a_job(self, sort: Sort) -> Self {
        Self { work: self.work.of_a_job(sort), ..self }
    }

    /// Creates a task with this name.
    pub(crate) fn task(self, name: String) -> TaskRef {
        TaskFn::arc(name, move |context: TaskContext| self.begin(context))
    }

    /// Begins an attempt; panics if its step is `Unbuildable`.
    pub(crate) fn begin(&self, context: TaskContext) -> Playing {
        begin_attempt(&self.work, &self.value.0, &self.fixture, context)
    }
}

/// Begins an attempt; panics if its step is `Unbuildable`.
pub(crate) fn begin_attempt(
    work: &Work,
    probe: &Arc<Probe>,
    fixture: &Arc<Fixture>,
    context: TaskContext,
) -> Playing {
    let attempt = context.attempt();
    lock(&probe.last).push(Received {
        attempt,
        last_error: context.last_error().as_ref().map(Error::of),
        scheduled_at: context.scheduled_at().map(|time| Tick::of(time, fixture.began)),
    });
    if lock(&probe.tokens).iter().any(|token| !token.is_cancelled()) {
        probe.problem("the token of the previous attempt is not cancelled");
    }
    if context.is_cancelled() {
        probe.problem("an attempt begins after a stop request");
    }
    let step = work.step(attempt);
    // A body that checks late also takes its token late, to cover a token that is canceled before it is taken.
    if !matches!(step, Step::Attempt(Attempt { first_check: 1.., .. })) {
        lock(&probe.tokens).push(context.token());
    }
    match step {
        Step::Unbuildable => resume_unwind(Box::new(message(attempt))),
        Step::Attempt(step) => {
            let locals = Locals::new(probe, fixture, step.dropping);
            let first = work.acts.clone().filter(|(acts, _)| *acts == attempt);
            let (probe, fixture) = (Arc::clone(probe), Arc::clone(fixture));
            let notifies = work.notifies;
            let work = async move {
                if let Some((_, command)) = first {
                    fixture.execute(&command, true).await;
                }
                if notifies == Some(Notifies::AtItsStart) {
                    context.ready();
                }
                let end = play(step, &context, &probe, &fixture).await;
                if notifies == Some(Notifies::BeforeItReturns) {
                    context.ready();
                }
                end.done(attempt, &context)
            };
            Playing { work: Box::pin(work), _locals: locals }
        }
    }
}

/// An attempt. Its locals live until it is dropped, not only until it completes: a panic in a poll and a panic in the
/// drop are different cases.
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

async fn play(attempt: Attempt, context: &TaskContext, probe: &Probe, fixture: &Fixture) -> End {
    let by_itself = async {
        match attempt.ends {
            Some((after, end)) => wait(after, end).await,
            None => pending().await,
        }
    };
    let stopped = async {
        match attempt.on_stop {
            Some(on_stop) => {
                if attempt.first_check > 0 {
                    sleep(millis(attempt.first_check)).await;
                    lock(&probe.tokens).push(context.token());
                }
                context.cancelled().await;
                on_stop
            }
            None => pending().await,
        }
    };
    let beats = async {
        if let Some(Beats { every, times }) = attempt.beats {
            for _ in 0..times {
                sleep(millis(every)).await;
                context.heartbeat();
            }
        }
        pending().await
    };
    tokio::select! {
        biased;
        (after, end) = stopped => {
            // An interrupt cancels the token too.
            lock(&fixture.crowd.stop_order).extend(probe.number.get().filter(|number| fixture.is_stopping(**number)));
            wait(after, end).await
        }
        end = by_itself => end,
        () = beats => unreachable!("an attempt that beats never returns"),
    }
}

async fn wait(time: Ms, end: End) -> End {
    if time > 0 {
        sleep(millis(time)).await;
    }
    end
}

impl End {
    fn done(self, attempt: u64, context: &TaskContext) -> Result<(), TaskError> {
        let message = message(attempt);
        match self {
            Self::Succeed => Ok(()),
            Self::Fail => Err(TaskError::fail(message)),
            Self::Fatal => Err(TaskError::fatal(message)),
            Self::RetryAfter(delay) => Err(TaskError::retry_after(message, millis(delay))),
            Self::Snooze(delay) => context.snooze(millis(delay)),
            Self::Done => context.done(),
            Self::Cancel => Err(TaskError::Canceled),
            // `resume_unwind` skips the panic hook, which would print the message.
            Self::Panic => resume_unwind(Box::new(message)),
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
