//! Those who put the load on, each with a row of the table.

use std::future::Future;
use std::sync::Arc;

use taskvisor::{
    Outcome, Rejection, RuntimeError, StopCause, Submit, SupervisorHandle, TaskHandle, TaskSpec,
};
use tokio::task::JoinHandle;

use crate::counts::{Column, Counts};
use crate::world::World;

/// One of them. Clones share the row.
#[derive(Clone)]
pub(crate) struct Driver {
    pub(crate) row: &'static str,
    pub(crate) supervisor: SupervisorHandle,
    pub(crate) world: World,
    counts: Arc<Counts>,
}

/// What those of one name counted.
pub(crate) type Row = (&'static str, Arc<Counts>);

/// All of them.
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

    /// One with a row of its own.
    pub(crate) fn driver(&mut self, row: &'static str) -> Driver {
        let counts = Arc::new(Counts::default());
        self.rows.push((row, Arc::clone(&counts)));
        Driver { row, supervisor: self.supervisor.clone(), world: self.world.clone(), counts }
    }

    /// Lets several of them work until the shutdown refuses their work, with a number for each.
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

    /// Waits until all have counted what was left.
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
    /// Adds a task, which must be accepted, unless it is too late for any.
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

    /// Adds a task whose name is taken. It must not be accepted, and must come back.
    pub(crate) fn add_in_vain(&self, spec: TaskSpec) {
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

    /// Submits, which may be refused. Says whether it is too late for any.
    pub(crate) fn submit<S: Submit>(&self, submission: S) -> Result<Option<S::Handle>, Closed> {
        match self.supervisor.submit(submission) {
            Ok(handle) => {
                self.accepted();
                Ok(Some(handle))
            }
            Err(error) => match error.reason() {
                RuntimeError::Busy { .. } => Ok(self.turned_away(Column::Busy)),
                RuntimeError::QueueFull { .. } => Ok(self.turned_away(Column::Full)),
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

    fn turned_away<T>(&self, column: Column) -> Option<T> {
        self.counts.add(column);
        if !self.world.is_ending() {
            self.world.refused_for_certain();
        }
        None
    }

    /// Nothing is refused here but at the end.
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
        let is_in_order = promised(outcome) || self.world.is_ending() && is_due_to_the_shutdown(outcome);
        if !is_in_order {
            self.mistake(|| format!("{}#{} {outcome}", task.name(), task.id()));
        }
    }

    /// What `run` was given ends with it.
    pub(crate) fn ended_by_the_shutdown(&self) {
        self.counts.add(Column::Canceled);
    }

    pub(crate) fn mistake(&self, words: impl FnOnce() -> String) {
        self.counts.mistake(words);
    }
}

/// Nothing is accepted any more.
#[derive(Debug)]
pub(crate) struct Closed;

fn is_due_to_the_shutdown(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Canceled { cause: StopCause::Shutdown, .. } | Outcome::Rejected(Rejection::ShuttingDown)
    )
}
