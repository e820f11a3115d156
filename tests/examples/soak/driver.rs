//! The drivers, which create the load. Each has a row of the table.

use std::future::Future;
use std::sync::Arc;

use taskvisor::{
    FailureKind, Outcome, Rejection, RuntimeError, StopCause, Submit, SupervisorHandle, TaskHandle, TaskSpec,
};
use tokio::task::JoinHandle;

use crate::counts::{Column, Counts};
use crate::world::World;

/// A source of load. Clones share the row.
#[derive(Clone)]
pub(crate) struct Driver {
    pub(crate) row: &'static str,
    pub(crate) supervisor: SupervisorHandle,
    pub(crate) world: World,
    counts: Arc<Counts>,
}

/// The counters of the drivers of one name.
pub(crate) type Row = (&'static str, Arc<Counts>);

/// All drivers.
pub(crate) struct Crew {
    supervisor: SupervisorHandle,
    world: World,
    rows: Vec<Row>,
    working: Vec<(Driver, JoinHandle<()>)>,
}

impl Crew {
    pub(crate) fn new(supervisor: &SupervisorHandle, world: &World) -> Self {
        Self { supervisor: supervisor.clone(), world: world.clone(), rows: Vec::new(), working: Vec::new() }
    }

    /// A driver with a new row.
    pub(crate) fn driver(&mut self, row: &'static str) -> Driver {
        let counts = Arc::new(Counts::default());
        self.rows.push((row, Arc::clone(&counts)));
        Driver { row, supervisor: self.supervisor.clone(), world: self.world.clone(), counts }
    }

    /// Starts `how_many` numbered drivers, which work until the shutdown refuses their work.
    pub(crate) fn start<F>(&mut self, row: &'static str, how_many: usize, work: impl Fn(Driver, usize) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let driver = self.driver(row);
        for number in 0..how_many {
            let working = tokio::spawn(work(driver.clone(), number));
            self.working.push((driver.clone(), working));
        }
    }

    /// Waits until all drivers have counted the ends of their last tasks.
    pub(crate) async fn finish(self) -> Vec<Row> {
        for (driver, working) in self.working {
            if let Err(error) = working.await {
                driver.mistake(|| format!("the driver itself failed: {error}"));
            }
        }
        self.rows
    }
}

impl Driver {
    /// Adds a task, which must be accepted unless the shutdown has begun.
    pub(crate) fn add(&self, spec: TaskSpec) -> Option<TaskHandle> {
        match self.supervisor.add_task(spec) {
            Ok(task) => {
                self.accepted();
                Some(task)
            }
            Err(error) => {
                self.refused(error.reason());
                None
            }
        }
    }

    /// Adds a task whose name is taken. The supervisor must refuse it and return it.
    pub(crate) fn add_with_taken_name(&self, spec: TaskSpec) {
        let name = spec.name().to_owned();
        match self.supervisor.add_task(spec) {
            Ok(_) => self.mistake(|| format!("`{name}` was accepted twice")),
            Err(error) => {
                match error.reason() {
                    RuntimeError::NameTaken { .. } => self.counts.add(Column::Taken),
                    reason => self.refused(reason),
                }
                if error.into_spec().name() != name {
                    self.mistake(|| format!("another spec came back than that of `{name}`"));
                }
            }
        }
    }

    /// Submits work, which may be refused. Returns `Closed` after the shutdown has begun.
    pub(crate) fn submit<S: Submit>(&self, submission: S) -> Result<Option<S::Handle>, Closed> {
        match self.supervisor.submit(submission) {
            Ok(handle) => {
                self.accepted();
                Ok(Some(handle))
            }
            Err(error) => match error.reason() {
                RuntimeError::Busy { .. } => Ok(self.refused_for_now(Column::Busy)),
                RuntimeError::QueueFull { .. } => Ok(self.refused_for_now(Column::Full)),
                reason => {
                    self.refused(reason);
                    Err(Closed)
                }
            },
        }
    }

    /// Submits as soon as there is room.
    pub(crate) async fn submit_wait<S: Submit>(&self, submission: S) -> Option<S::Handle> {
        match self.supervisor.submit_wait(submission).await {
            Ok(handle) => {
                self.accepted();
                Some(handle)
            }
            Err(error) => {
                self.refused(error.reason());
                None
            }
        }
    }

    fn refused_for_now<T>(&self, column: Column) -> Option<T> {
        self.counts.add(column);
        if !self.world.is_ending() {
            self.world.refused_for_certain();
        }
        None
    }

    /// Counts a refusal that only the shutdown may cause.
    fn refused(&self, reason: &RuntimeError) {
        self.counts.add(Column::Late);
        if !matches!(reason, RuntimeError::ShuttingDown) || !self.world.is_ending() {
            self.mistake(|| format!("refused: {reason}"));
        }
    }

    pub(crate) fn accepted(&self) {
        self.counts.add(Column::Accepted);
    }

    /// Waits for the end of a task, which must be as `promised`, or due to the shutdown.
    pub(crate) async fn expect(&self, task: &TaskHandle, promised: impl FnOnce(&Outcome) -> bool) {
        self.ended(task, &task.outcome().await, promised);
    }

    /// Counts an end, which must be as `promised`, or due to the shutdown.
    pub(crate) fn ended(
        &self,
        task: &TaskHandle,
        outcome: &Outcome,
        promised: impl FnOnce(&Outcome) -> bool,
    ) {
        if let Some(column) = Column::of(outcome) {
            self.counts.add(column);
        }
        if outcome.failure().is_some_and(|failure| failure.kind() != FailureKind::Fatal)
            && outcome.is_failed()
        {
            self.world.gave_up();
        }
        let is_in_order = promised(outcome) || self.world.is_ending() && is_due_to_the_shutdown(outcome);
        if !is_in_order {
            self.mistake(|| format!("{}#{} {outcome}", task.name(), task.id()));
        }
    }

    /// Counts a task that was passed to `run`: it ends with the shutdown.
    pub(crate) fn ended_by_the_shutdown(&self) {
        self.counts.add(Column::Canceled);
    }

    pub(crate) fn mistake(&self, words: impl FnOnce() -> String) {
        self.counts.mistake(words);
    }
}

/// The supervisor accepts no more work.
#[derive(Debug)]
pub(crate) struct Closed;

fn is_due_to_the_shutdown(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Canceled { cause: StopCause::Shutdown, .. } | Outcome::Rejected(Rejection::ShuttingDown)
    )
}
