//! One supervisor, and what is known of it from outside: shared by every source of commands.

use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use taskvisor::{SupervisorHandle, TaskHandle};
use tests::Trace;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::body::{Crowd, Probe, lock};
use crate::program::{Ms, Policy, Work};
use crate::specs::{moment, rules};
use crate::view::is_there;
use crate::vocabulary::{Answer, TaskOutcome};

pub(crate) struct Fixture {
    pub(crate) began: Instant,
    pub(crate) supervisor: SupervisorHandle,
    /// What a task runs by that says nothing itself.
    pub(crate) defaults: Policy,
    pub(crate) trace: Trace,
    pub(crate) crowd: Crowd,
    pub(crate) accepted: Mutex<Vec<Accepted>>,
    pub(crate) answers: Mutex<Vec<Answered>>,
    /// Those who asked for the shutdown and wait for it.
    pub(crate) stops: Mutex<Vec<JoinHandle<Result<Waited, String>>>>,
    /// What should not be, whatever the program.
    pub(crate) flaws: Mutex<Vec<String>>,
}

pub(crate) struct Accepted {
    pub(crate) handle: TaskHandle,
    pub(crate) probe: Arc<Probe>,
    pub(crate) over: JoinHandle<(Ms, TaskOutcome)>,
}

/// An answer, or whoever waits for it.
pub(crate) enum Answered {
    Now(Answer),
    Later(JoinHandle<Answer>),
}

/// From when to when somebody waited for the shutdown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waited {
    pub(crate) called: Instant,
    pub(crate) returned: Instant,
}

impl Fixture {
    pub(crate) fn new(supervisor: SupervisorHandle, trace: Trace, defaults: Policy) -> Self {
        Self {
            began: Instant::now(),
            supervisor,
            defaults,
            trace,
            crowd: Crowd::default(),
            accepted: Mutex::default(),
            answers: Mutex::default(),
            stops: Mutex::default(),
            flaws: Mutex::default(),
        }
    }

    pub(crate) fn flaw(&self, flaw: impl Into<String>) {
        lock(&self.flaws).push(flaw.into());
    }

    /// The number of the command that comes next, from 1.
    #[cfg(feature = "controller")]
    pub(crate) fn next_command(&self) -> usize {
        lock(&self.answers).len() + 1
    }

    /// Watches a task that was accepted.
    pub(crate) fn accept(
        self: &Arc<Self>,
        handle: TaskHandle,
        probe: Arc<Probe>,
        policy: Option<&Policy>,
        work: &Work,
    ) -> Answer {
        let mut accepted = lock(&self.accepted);
        let number = accepted.len();
        self.trace.knows_task(&handle, rules(policy.unwrap_or(&self.defaults), work.says_when()));
        let _ = probe.number.set(number);
        let over = tokio::spawn(watch(handle.clone(), Arc::clone(&probe), Arc::clone(self)));
        accepted.push(Accepted { handle, probe, over });
        Answer::Accepted(number)
    }

    /// From now on those that received a stop request may begin no attempt.
    pub(crate) fn note_who_stops(&self) {
        let accepted = lock(&self.accepted);
        let stopping = accepted.iter().filter(|task| task.handle.status().stopping);
        stopping.for_each(|task| self.trace.asked(&task.handle));
    }
}

/// Waits for the end of a task. When it is seen, the task is gone.
async fn watch(task: TaskHandle, probe: Arc<Probe>, fixture: Arc<Fixture>) -> (Ms, TaskOutcome) {
    let outcome = task.outcome().await;
    let over = moment(fixture.began.elapsed());
    for flaw in probe.flaws() {
        fixture.flaw(format!("{task:?}: {flaw}"));
    }
    if is_there(&fixture.supervisor, &task) {
        fixture.flaw(format!("{task:?} is in a map after its end"));
    }
    (over, TaskOutcome::of(&outcome))
}

/// Polls a future once, now; the rest of it goes on in the background.
pub(crate) async fn begun<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let mut future = Box::pin(future);
    let first = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
    tokio::spawn(async move {
        match first {
            Poll::Ready(output) => output,
            Poll::Pending => future.await,
        }
    })
}
