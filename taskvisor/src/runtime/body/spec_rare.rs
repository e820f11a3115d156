//! The options of a spec that most tasks leave out: giving up, critical tasks, heartbeats, and finishing at a shutdown.

use std::error::Error;
use std::time::Duration;

use super::spec::TaskSpec;
use crate::policy::{MaxFailures, OnGiveUp, OnShutdown, RareSettings, Setting};

impl TaskSpec {
    /// Limits how many failures the task may have within a time; `None` sets no limit. With `5 in 10m`, the sixth failure within ten
    /// minutes makes the task give up, whatever succeeded in between.
    ///
    /// The limit counts the failures that would be retried. It does not count fatal errors, interrupts, snoozes, and failures that an
    /// outage of a [needed](Self::with_needs) task explains. A success does not reset the count; a call of
    /// [`restart`](crate::TaskHandle::restart) does.
    ///
    /// A task is refused if the number of failures or the time is zero, if more than [`MaxFailures::MAX`] failures are allowed, if
    /// the task is not retried, or if its backoff makes so many failures within this time impossible; the error shows the
    /// arithmetic.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::{BackoffPolicy, MaxFailures, Supervisor, TaskError, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let feed = TaskFn::arc("feed", || async { Err(TaskError::fail("connection refused")) });
    /// let spec = TaskSpec::on_failure(feed)
    ///     .with_backoff(BackoffPolicy::constant(Duration::from_millis(1)))
    ///     .with_max_failures(MaxFailures::new(2, Duration::from_secs(60)));
    /// let supervisor = Supervisor::default();
    /// let feed = supervisor.add_task(spec)?;
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

    /// Sets a predicate that decides which errors are fatal. It is called with each error that an attempt returns, unless the error
    /// was marked by [`fatal`](crate::ResultExt::fatal) or [`retry_after`](crate::ResultExt::retry_after). `true` makes the failure
    /// fatal: it is not retried. A panic of `is_fatal` counts as `false`. The predicate must not block: it runs on a thread of the
    /// runtime.
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
    /// let supervisor = Supervisor::default();
    /// let load = supervisor.add_task(TaskSpec::on_failure(load).with_fatal_if(is_missing))?;
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
    /// A critical task that completes, or whose stop was requested, shuts nothing down. During a shutdown its failure has no
    /// further effect. A critical task is in the start-up set, for which
    /// [`SupervisorHandle::ready`](crate::SupervisorHandle::ready) waits. If it declares no readiness, and no other task depends on
    /// it, it counts there as ready once its first attempt has started.
    #[must_use]
    pub fn with_critical(mut self, critical: impl Into<Option<bool>>) -> Self {
        self.rare().critical = Setting::set_or_inherit(critical.into());
        self
    }

    /// Limits the time between two calls of [`TaskContext::heartbeat`](crate::TaskContext::heartbeat) in a running attempt, or with
    /// `None` removes the limit. The first time begins with the attempt; for a task that [notifies](crate::Readiness::Notify), when
    /// it is ready.
    ///
    /// An attempt that sends no heartbeat for this time has failed. It is dropped at once; with a
    /// [`stop_timeout`](Self::with_stop_timeout), its token is canceled first, and it has that time to return. The task publishes
    /// [`Stalled`](crate::EventKind::Stalled), and its failure has the kind
    /// [`Stalled`](crate::FailureKind::Stalled). A body that blocks its thread is not ended, but
    /// [`TaskStatus::heartbeat_age`](crate::TaskStatus::heartbeat_age) shows it.
    ///
    /// A task is refused if this limit is zero, or longer than its timeout.
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

    /// Returns the predicate that decides which errors are fatal, if the spec sets one. `None` for a declared task with the option
    /// `fatal_if`, because that predicate has another type.
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

    /// Makes the task critical, unless the spec sets `critical`.
    #[cfg(feature = "macros")]
    pub(crate) fn make_critical_by_default(&mut self) {
        if self.critical() == Setting::Inherit {
            self.rare().critical = Setting::Default(true);
        }
    }

    pub(super) fn rare(&mut self) -> &mut RareSettings {
        self.rare.get_or_insert_with(|| Box::new(RareSettings::INHERIT))
    }

    pub(super) fn known_rare(&self) -> &RareSettings {
        self.rare.as_deref().unwrap_or(&RareSettings::INHERIT)
    }
}
