//! The options of a spec about other tasks.

use std::borrow::Cow;
use std::time::Duration;

use super::dependencies::{Dependencies, Dependency};
use super::spec::TaskSpec;
use crate::policy::{Setting, StopOrder};

impl TaskSpec {
    /// Sets the names of the added tasks that must have been ready once before the first attempt of this one starts. Afterwards they
    /// do not matter. An empty list removes all.
    ///
    /// A task that has completed is ready for ever. If one of them ends otherwise and was never ready, this task ends too: see
    /// [`with_needs`](Self::with_needs).
    ///
    /// ```
    /// use taskvisor::{Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let migrate = TaskFn::arc("migrate", || async { Ok(println!("migrated")) });
    /// let report = TaskFn::arc("report", || async { Ok(println!("the tables are there")) });
    /// let supervisor = Supervisor::default();
    /// supervisor.run(vec![TaskSpec::once(report).with_after(["migrate"]), TaskSpec::once(migrate)]).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_after<N: Into<Cow<'static, str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.edit_dependencies(|dependencies| dependencies.after = named(names));
        self
    }

    /// Sets the names of the added tasks that this one needs: each of its attempts starts only while all of them are ready. Until
    /// then the task waits, which is no failure and takes no time from its timeout. An empty list removes all.
    ///
    /// A running attempt goes on when a needed task stops being ready, unless
    /// [`with_interrupt_on_loss`](Self::with_interrupt_on_loss) says otherwise.
    ///
    /// A needed task that has completed is ready for ever. If it has failed or was aborted, this task ends with a failure of the kind
    /// [`Dependency`](crate::FailureKind::Dependency) before its next attempt. If it was canceled, this task ends as
    /// [`Canceled`](crate::Outcome::Canceled) with the cause [`Dependency`](crate::StopCause::Dependency).
    ///
    /// Of a needed task with [`instances`](Self::with_instances), all must be ready before the first attempt, and one afterwards.
    ///
    /// The task is refused if no task of such a name was seen, if it names itself, or if tasks would need each other in a cycle.
    ///
    /// ```
    /// use taskvisor::{Ready, Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::default();
    /// let database = TaskFn::arc("database", |ctx: TaskContext, ready: Ready| async move {
    ///     // Connect here.
    ///     ready.notify();
    ///     Ok(ctx.cancelled().await)
    /// });
    /// supervisor.add_task(TaskSpec::inherit(database))?;
    /// let report = TaskFn::arc("report", || async { Ok(println!("connected")) });
    /// let report = supervisor.add_task(TaskSpec::once(report).with_needs(["database"]))?;
    /// assert!(report.outcome().await.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_needs<N: Into<Cow<'static, str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.edit_dependencies(|dependencies| dependencies.needs = named(names));
        self
    }

    /// Interrupts a running attempt once a needed task has not been ready for `time`, or with `None` never, which is the default. The
    /// attempt has its [`stop_timeout`](Self::with_stop_timeout) to return. Afterwards the task waits until the needed task is ready
    /// again. An interrupt is no failure.
    ///
    /// A task with this option and without [`needs`](Self::with_needs) is refused when it is added, and so is one with a time of zero.
    #[must_use]
    pub fn with_interrupt_on_loss(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.settings.interrupt_on_loss = Setting::set_or_inherit(time.into());
        self
    }

    /// Sets when the task stops during a shutdown, or with `None` the default, [`StopOrder::First`].
    #[must_use]
    pub fn with_stop_order(mut self, order: impl Into<Option<StopOrder>>) -> Self {
        self.settings.stop_order = Setting::set_or_inherit(order.into());
        self
    }

    /// Returns the names of the tasks that must have been ready once. See [`with_after`](Self::with_after).
    pub fn after(&self) -> impl Iterator<Item = &str> {
        self.dependencies.iter().flat_map(|dependencies| &dependencies.after).map(|one| &*one.name)
    }

    /// Returns the names of the tasks that this one needs. See [`with_needs`](Self::with_needs).
    pub fn needs(&self) -> impl Iterator<Item = &str> {
        self.dependencies.iter().flat_map(|dependencies| &dependencies.needs).map(|one| &*one.name)
    }

    /// Returns how long a needed task may not be ready before a running attempt is interrupted. The default is no limit.
    #[must_use]
    pub fn interrupt_on_loss(&self) -> Setting<Duration> {
        self.settings.interrupt_on_loss
    }

    /// Returns when the task stops during a shutdown. The default is [`StopOrder::First`].
    #[must_use]
    pub fn stop_order(&self) -> Setting<StopOrder> {
        self.settings.stop_order
    }

    fn edit_dependencies(&mut self, edit: impl FnOnce(&mut Dependencies)) {
        let dependencies = self.dependencies.get_or_insert_default();
        edit(dependencies);
        if dependencies.after.is_empty() && dependencies.needs.is_empty() {
            self.dependencies = None;
        }
    }
}

fn named<N: Into<Cow<'static, str>>>(names: impl IntoIterator<Item = N>) -> Vec<Dependency> {
    names.into_iter().map(Dependency::named).collect()
}
