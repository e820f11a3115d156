//! The options of a spec that most tasks leave out: giving up, heartbeats, and the end of the application.

use std::error::Error;
use std::time::Duration;

use super::spec::TaskSpec;
use crate::policy::{MaxFailures, OnGiveUp, OnShutdown, RareSettings, Setting};

impl TaskSpec {
    /// Limits how many failures the task may have within a time; `None` sets no limit. With `5 in 10m`, the sixth failure within ten
    /// minutes makes the task give up, whatever succeeded in between.
    ///
    /// Counted are the failures that another attempt would follow. Not counted are interrupts, snoozes, and failures that the outage of
    /// a task explains that this one [needs](Self::with_needs): for a task with `needs`, prefer this limit to
    /// [`with_max_retries`](Self::with_max_retries). A call of [`restart`](crate::TaskHandle::restart) forgets the failures.
    ///
    /// A task is refused if one of the numbers is zero, with more than [`MaxFailures::MAX`] failures, if it is not retried, or if its
    /// backoff makes so many failures in this time impossible; the error shows the arithmetic.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::{BackoffPolicy, FailureKind, MaxFailures, Outcome, Supervisor, TaskError, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let feed = TaskFn::arc("feed", || async { Err(TaskError::fail("connection refused")) });
    /// let spec = TaskSpec::on_failure(feed)
    ///     .with_backoff(BackoffPolicy::constant(Duration::from_millis(1)))
    ///     .with_max_failures(MaxFailures::new(2, Duration::from_secs(60)));
    /// let feed = Supervisor::default().add_task(spec)?;
    /// assert!(feed.outcome().await.is_failed());
    /// assert_eq!(feed.status().attempt, 3);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_max_failures(mut self, limit: impl Into<Option<MaxFailures>>) -> Self {
        self.rare().max_failures = Setting::Set(limit.into());
        self
    }

    /// Sets what follows when the task gives up, or with `None` the default, [`OnGiveUp::Fail`].
    ///
    /// A task that never gives up is refused with this option, and so is a critical one.
    #[must_use]
    pub fn with_on_give_up(mut self, action: impl Into<Option<OnGiveUp>>) -> Self {
        self.rare().on_give_up = Setting::set_or_inherit(action.into());
        self
    }

    /// Sets which errors are fatal. It is called with each error that an attempt returns, unless
    /// the error was marked by [`fatal`](crate::ResultExt::fatal) or [`retry_after`](crate::ResultExt::retry_after). `true` makes the
    /// failure fatal: it is not retried. A panic of `is_fatal` counts as `false`.
    ///
    /// The error is the one that the attempt returned, as `dyn Error`: use `downcast_ref`, and `source` for its causes. The option
    /// `fatal_if` of `#[task]` receives the error type of the function instead.
    ///
    /// A task with [`RestartPolicy::Never`](crate::RestartPolicy::Never) is refused with this option.
    ///
    /// ```
    /// use std::error::Error;
    /// use std::io;
    /// use taskvisor::{Supervisor, TaskFn, TaskSpec};
    ///
    /// fn is_missing(error: &(dyn Error + 'static)) -> bool {
    ///     error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let load = TaskFn::arc("load", || async { Ok(std::fs::read("no such file").map(drop)?) });
    /// let load = Supervisor::default().add_task(TaskSpec::on_failure(load).with_fatal_if(is_missing))?;
    /// assert!(load.outcome().await.is_failed());
    /// assert_eq!(load.status().attempt, 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_fatal_if(mut self, is_fatal: fn(&(dyn Error + 'static)) -> bool) -> Self {
        self.rare().fatal_if = Some(is_fatal);
        self
    }

    /// Sets whether the task is critical, or with `None` the default: it is not. When a critical task ends as
    /// [`Failed`](crate::Outcome::Failed), the supervisor shuts down in order, and `run` returns
    /// [`CriticalTask`](crate::RuntimeError::CriticalTask).
    ///
    /// A critical task that completes, or that is stopped on request, shuts nothing down. During a shutdown its failure has no further
    /// effect. It is in the start-up set: without a declared readiness it counts there as ready once its first attempt has started.
    #[must_use]
    pub fn with_critical(mut self, critical: impl Into<Option<bool>>) -> Self {
        self.rare().critical = Setting::set_or_inherit(critical.into());
        self
    }

    /// Limits the time between two calls of [`TaskContext::heartbeat`](crate::TaskContext::heartbeat) in a running attempt, or with `None`
    /// removes the limit. It begins with the attempt, or for a task that [notifies](crate::Readiness::Notify), when it is ready.
    ///
    /// An attempt that misses it is cancelled, has its [`stop_timeout`](Self::with_stop_timeout) to return, and is dropped then, or at
    /// once without one. It publishes [`Stalled`](crate::EventKind::Stalled), and its failure has the kind
    /// [`Stalled`](crate::FailureKind::Stalled). A body that blocks its thread is not ended, but
    /// [`TaskStatus::heartbeat_age`](crate::TaskStatus::heartbeat_age) shows it.
    ///
    /// A task is refused with a limit of zero or beyond its timeout.
    #[must_use]
    pub fn with_heartbeat(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.rare().heartbeat = Setting::set_or_inherit(time.into());
        self
    }

    /// Sets what a shutdown does to the running attempt, or with `None` the default, [`OnShutdown::Cancel`].
    #[must_use]
    pub fn with_on_shutdown(mut self, action: impl Into<Option<OnShutdown>>) -> Self {
        self.rare().on_shutdown = Setting::set_or_inherit(action.into());
        self
    }

    /// Returns how many failures the task may have within a time. `Set(None)` means no limit. The default is that of the `Config`.
    #[must_use]
    pub fn max_failures(&self) -> Setting<Option<MaxFailures>> {
        self.known_rare().max_failures
    }

    /// Returns what follows when the task gives up. The default is [`OnGiveUp::Fail`].
    #[must_use]
    pub fn on_give_up(&self) -> Setting<OnGiveUp> {
        self.known_rare().on_give_up
    }

    /// Returns which errors are fatal, if the spec says so. `None` for a declared task with the option `fatal_if`, whose function has
    /// another type.
    #[must_use]
    pub fn fatal_if(&self) -> Option<fn(&(dyn Error + 'static)) -> bool> {
        self.known_rare().fatal_if
    }

    /// Returns whether the task is critical. The default is that it is not.
    #[must_use]
    pub fn critical(&self) -> Setting<bool> {
        self.known_rare().critical
    }

    /// Returns the longest time between two heartbeats. The default is no limit.
    #[must_use]
    pub fn heartbeat(&self) -> Setting<Duration> {
        self.known_rare().heartbeat
    }

    /// Returns what a shutdown does to the running attempt. The default is [`OnShutdown::Cancel`].
    #[must_use]
    pub fn on_shutdown(&self) -> Setting<OnShutdown> {
        self.known_rare().on_shutdown
    }

    /// Makes the task critical, unless the spec says otherwise.
    #[cfg(feature = "macros")]
    pub(crate) fn make_critical_by_default(&mut self) {
        if self.critical() == Setting::Inherit {
            self.rare().critical = Setting::Default(true);
        }
    }

    fn rare(&mut self) -> &mut RareSettings {
        self.rare.get_or_insert_with(|| Box::new(RareSettings::INHERIT))
    }

    fn known_rare(&self) -> &RareSettings {
        self.rare.as_deref().unwrap_or(&RareSettings::INHERIT)
    }
}
