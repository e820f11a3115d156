//! One supervisor and the observations of it from outside, shared by every source of commands.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use taskvisor::{Report, RuntimeError, SupervisorHandle, TaskHandle, TaskId};
use tests::Trace;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::body::{Crowd, Probe, lock};
use crate::instances::POOLS;
use crate::program::{Ms, Policy, Work};
use crate::readiness::{self, ReadyWait};
use crate::specs::{moment, rules};
use crate::view::is_there;
use crate::vocabulary::{Answer, TaskOutcome};

pub(crate) struct Fixture {
    pub(crate) began: Instant,
    pub(crate) supervisor: SupervisorHandle,
    /// The policy of a task that declares none.
    pub(crate) defaults: Policy,
    pub(crate) trace: Trace,
    pub(crate) crowd: Crowd,
    pub(crate) accepted: Mutex<Vec<Accepted>>,
    /// The work of tasks with instances.
    pub(crate) pools: Mutex<HashMap<usize, Work>>,
    pub(crate) probes: Mutex<HashMap<TaskId, Arc<Probe>>>,
    pub(crate) answers: Mutex<Vec<Answered>>,
    /// The callers that requested the shutdown and wait for it.
    pub(crate) stops: Mutex<Vec<JoinHandle<Result<Waited, String>>>>,
    /// The violated invariants.
    pub(crate) problems: Mutex<Vec<String>>,
}

pub(crate) struct Accepted {
    pub(crate) handle: TaskHandle,
    pub(crate) probe: Arc<Probe>,
    pub(crate) over: JoinHandle<(Ms, TaskOutcome)>,
    pub(crate) ready: JoinHandle<ReadyWait>,
    /// Whether it depends on other tasks.
    pub(crate) depends: bool,
}

/// An answer, or the background task that waits for it.
pub(crate) enum Answered {
    Now(Answer),
    Later(JoinHandle<Answer>),
}

/// When a caller requested the shutdown, and when the call returned.
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
            pools: Mutex::default(),
            probes: Mutex::default(),
            answers: Mutex::default(),
            stops: Mutex::default(),
            problems: Mutex::default(),
        }
    }

    pub(crate) fn problem(&self, problem: impl Into<String>) {
        lock(&self.problems).push(problem.into());
    }

    /// The number of the next command, from 1.
    #[cfg(feature = "controller")]
    pub(crate) fn next_command(&self) -> usize {
        lock(&self.answers).len() + 1
    }

    /// Registers an accepted task with the recorder and waits for its end in the background.
    pub(crate) fn accept(
        self: &Arc<Self>,
        handle: TaskHandle,
        probe: Arc<Probe>,
        policy: Option<&Policy>,
        work: &Work,
    ) -> Answer {
        let mut accepted = lock(&self.accepted);
        let number = accepted.len();
        let policy = policy.copied().unwrap_or_else(|| work.policy_or(&self.defaults));
        self.trace.set_task_rules(&handle, rules(&policy, work));
        self.trace.depends(&handle, &work.depends.needs_names(), &work.depends.after_names());
        let _ = probe.number.set(number);
        let over = tokio::spawn(watch(handle.clone(), Arc::clone(&probe), Arc::clone(self)));
        let ready = tokio::spawn(readiness::wait(handle.clone(), self.began, work.ready.is_some()));
        let depends = work.depends.names().next().is_some();
        accepted.push(Accepted { handle, probe, over, ready, depends });
        Answer::Accepted(number)
    }

    pub(crate) fn is_stopping(&self, number: usize) -> bool {
        lock(&self.accepted).get(number).is_some_and(|task| task.handle.status().stopping)
    }

    /// Reports the stopping tasks to the recorder. From now on they must begin no attempt.
    pub(crate) fn report_stopping_tasks(&self) {
        let accepted = lock(&self.accepted);
        let stopping = accepted.iter().filter(|task| task.handle.status().stopping);
        stopping.for_each(|task| self.trace.stop_requested(&task.handle));
    }
}

/// Waits for the outcome of a task and checks that the supervisor no longer holds the task then.
async fn watch(task: TaskHandle, probe: Arc<Probe>, fixture: Arc<Fixture>) -> (Ms, TaskOutcome) {
    let outcome = task.outcome().await;
    let over = moment(fixture.began.elapsed());
    for problem in probe.problems() {
        fixture.problem(format!("{task:?}: {problem}"));
    }
    if is_there(&fixture.supervisor, &task) {
        fixture.problem(format!("{task:?} is in a map after its end"));
    }
    // The number of a surplus instance may be wanted again: the next instance has started.
    (0..POOLS.len()).for_each(|pool| fixture.accept_instances(pool));
    (over, TaskOutcome::of(&outcome))
}

/// The report, also of a shutdown that a critical task caused.
pub(crate) fn report_of(result: Result<Report, RuntimeError>) -> Result<Report, RuntimeError> {
    match result {
        Err(RuntimeError::CriticalTask { report, .. }) if report.stuck.is_empty() => {
            Ok(Report::clone(&report))
        }
        other => tests::report_of(other),
    }
}

/// Polls a future once, now, and completes it in the background.
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
