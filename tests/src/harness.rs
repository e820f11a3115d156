//! A supervisor whose events are recorded and checked.

use std::ops::Deref;
use std::sync::Mutex;
use std::time::Duration;

use taskvisor::{
    AddError, Config, Outcome, Phase, Report, RuntimeError, Supervisor, SupervisorBuilder, TaskHandle,
    TaskRef, TaskSpec,
};

use tokio::time::{sleep, sleep_until, timeout};

use crate::dependencies::Dependencies;
use crate::trace::lock;
use crate::{EventLog, Rules, Trace, endless};

/// A supervisor with a recorder that checks every event. It dereferences to the [`Supervisor`].
#[derive(Debug)]
pub struct Harness {
    supervisor: Supervisor,
    pub(crate) trace: Trace,
    watched: Mutex<Vec<TaskHandle>>,
}

impl Harness {
    /// Creates a supervisor with the default configuration.
    #[must_use]
    pub fn new() -> Self {
        Self::with_config(Config::default())
    }

    /// Creates a supervisor with this configuration.
    #[must_use]
    pub fn with_config(config: Config) -> Self {
        Self::build(config, |builder| builder)
    }

    /// Creates a supervisor. `more` adds states, subscribers and other options to the builder.
    #[must_use]
    pub fn build(config: Config, more: impl FnOnce(SupervisorBuilder) -> SupervisorBuilder) -> Self {
        endless::watch();
        let trace = Trace::new();
        let supervisor = more(Supervisor::builder(config)).subscriber(trace.subscriber()).build();
        Self { supervisor, trace, watched: Mutex::default() }
    }

    pub(crate) fn supervisor(&self) -> &Supervisor {
        &self.supervisor
    }

    /// The recorder.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// A spec whose rules the recorder stores, for `add_task` and `run`.
    #[must_use]
    pub fn spec(&self, rules: Rules, task: TaskRef) -> TaskSpec {
        self.trace.spec(rules, task)
    }

    /// Adds a task and watches it.
    ///
    /// # Panics
    ///
    /// If the supervisor refuses the task.
    pub fn add(&self, rules: Rules, task: TaskRef) -> TaskHandle {
        let spec = self.spec(rules, task);
        let task = self.supervisor.add_task(spec).expect("the task is accepted");
        self.watch(&task);
        task
    }

    /// Adds a task, and lets the recorder know what it depends on. The recorder must know its rules if it backs off.
    ///
    /// # Errors
    ///
    /// As [`add_task`](taskvisor::SupervisorHandle::add_task).
    pub fn add_task(&self, spec: TaskSpec) -> Result<TaskHandle, AddError> {
        let dependencies = Dependencies::of(&spec);
        let task = self.supervisor.add_task(spec)?;
        // By id, because another task of the name may have other dependencies.
        self.trace.learn(&task, dependencies);
        Ok(task)
    }

    /// Compares the outcome of this handle with the published outcome in the final check.
    pub fn watch(&self, task: &TaskHandle) {
        lock(&self.watched).push(task.clone());
    }

    /// Runs these tasks until none is left or the supervisor is stopped. Only stuck tasks are an error: tasks that
    /// were aborted at the end of the grace appear in the report.
    ///
    /// # Errors
    ///
    /// As [`Supervisor::run`].
    pub async fn run(&self, specs: Vec<TaskSpec>) -> Result<Report, RuntimeError> {
        self.run_until(specs, std::future::pending::<()>()).await
    }

    /// Like [`run`](Self::run), and also ends when a future completes.
    ///
    /// # Errors
    ///
    /// As [`Supervisor::run_until`].
    pub async fn run_until<F: Future>(&self, specs: Vec<TaskSpec>, until: F) -> Result<Report, RuntimeError> {
        for spec in &specs {
            self.trace.learn_name(spec.name(), Dependencies::of(spec));
        }
        report_of(self.supervisor.run_until(specs, until).await)
    }

    /// Requests a stop of a task and rejects any further attempt of it. Returns whether this was the first request.
    pub fn cancel(&self, task: &TaskHandle) -> bool {
        let first = task.cancel();
        self.trace.stop_requested(task);
        first
    }

    /// Pauses a task, and announces the pause to the recorder.
    ///
    /// # Errors
    ///
    /// As [`TaskHandle::pause`].
    pub fn pause(&self, task: &TaskHandle) -> Result<bool, RuntimeError> {
        self.trace.paused(task);
        task.pause()
    }

    /// Pauses a task after its attempt, and announces the pause to the recorder.
    ///
    /// # Errors
    ///
    /// As [`TaskHandle::pause_after_attempt`].
    pub fn pause_after_attempt(&self, task: &TaskHandle) -> Result<bool, RuntimeError> {
        self.trace.pauses_later(task);
        task.pause_after_attempt()
    }

    /// Triggers a task, and announces it to the recorder.
    ///
    /// # Errors
    ///
    /// As [`TaskHandle::trigger`].
    pub fn trigger_task(&self, task: &TaskHandle) -> Result<bool, RuntimeError> {
        self.trace.triggered(task);
        task.trigger()
    }

    /// Restarts a task, and lets the recorder expect it.
    ///
    /// # Errors
    ///
    /// As [`TaskHandle::restart`].
    pub fn restart(&self, task: &TaskHandle) -> Result<(), RuntimeError> {
        task.restart()?;
        self.trace.restarted(task);
        Ok(())
    }

    /// Runs all tasks until each of them waits for the clock or for another task.
    pub async fn settle(&self) {
        for _ in 0..64 {
            tokio::task::yield_now().await;
        }
    }

    /// Waits, on the paused clock, until attempt number `attempt` of the task, or a later one, is running.
    ///
    /// # Panics
    ///
    /// If the task ends before, or if a million polls observe no such attempt: an attempt that never waits is not seen.
    pub async fn reach(&self, task: &TaskHandle, attempt: u64) {
        for _ in 0..1_000_000 {
            let status = task.status();
            match status.phase {
                Phase::Running { attempt: running, .. } if running >= attempt => return,
                Phase::Sleeping { until, .. } => sleep_until(until).await,
                Phase::Ended(outcome) => panic!("attempt {attempt} never ran: {outcome}"),
                _ => sleep(Duration::from_millis(1)).await,
            }
        }
        panic!("attempt {attempt} never ran: {:?}", task.status());
    }

    /// The outcome of a task. If the task does not end within a day of the paused clock, the test fails.
    ///
    /// # Panics
    ///
    /// If the task does not end within the day.
    pub async fn outcome(&self, task: &TaskHandle) -> Outcome {
        outcome_in_time(task).await
    }

    /// Shuts down, checks every invariant, and returns the recorded events.
    ///
    /// # Panics
    ///
    /// If an invariant is broken or the shutdown fails.
    pub async fn finish(self) -> EventLog {
        let (shutdown, event_log) = self.try_finish().await;
        shutdown.expect("the shutdown is in order");
        event_log
    }

    /// Like [`finish`](Self::finish), with the result of a shutdown that may fail.
    ///
    /// # Panics
    ///
    /// If an invariant is broken.
    pub async fn try_finish(self) -> (Result<Report, RuntimeError>, EventLog) {
        let Self { supervisor, trace, watched } = self;
        let watched = watched.into_inner().unwrap_or_default();
        supervisor.stop();
        watched.iter().for_each(|task| trace.stop_requested(task));
        let shutdown = report_of(supervisor.shutdown().await);
        for task in watched {
            trace.ended(&task, outcome_in_time(&task).await);
        }
        (shutdown, trace.check())
    }
}

/// The report, also of a shutdown that aborted tasks; an error if tasks are stuck.
pub fn report_of(result: Result<Report, RuntimeError>) -> Result<Report, RuntimeError> {
    match result {
        Err(RuntimeError::GraceExceeded { report, .. }) if report.stuck.is_empty() => {
            Ok(Report::clone(&report))
        }
        other => other,
    }
}

async fn outcome_in_time(task: &TaskHandle) -> Outcome {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let waited = timeout(DAY, task.outcome()).await;
    waited.unwrap_or_else(|_| panic!("the task never ends: {:?}", task.status()))
}

impl Default for Harness {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for Harness {
    type Target = Supervisor;

    fn deref(&self) -> &Supervisor {
        &self.supervisor
    }
}
