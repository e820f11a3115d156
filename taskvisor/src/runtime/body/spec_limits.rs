//! The options of a spec about instances, permits and rate limits.

use super::spec::TaskSpec;
use crate::policy::{MAX_INSTANCES, RateLimit, Setting};
use crate::runtime::instances::BodySource;

impl TaskSpec {
    /// The largest number of instances of a task.
    pub const MAX_INSTANCES: usize = MAX_INSTANCES;

    /// Sets how many instances of the task run. Default: `None`, one task without instances.
    ///
    /// Each instance is a task of its own, with its own attempts, failures and name: `consume/0` to `consume/3`. An attempt learns its
    /// number from the extractor [`Instance`](crate::Instance) or from [`TaskContext::instance`](crate::TaskContext::instance). Add
    /// the spec with [`add_instances`](crate::SupervisorHandle::add_instances), or pass it to `run`;
    /// [`scale`](crate::SupervisorHandle::scale) changes the number later.
    ///
    /// A task that [needs](Self::with_needs) this one waits for all live instances before its first attempt, and for at least one of
    /// them afterwards.
    ///
    /// A task is refused with zero instances, with more than [`MAX_INSTANCES`](Self::MAX_INSTANCES), or if its body can be created only
    /// once: use [`TaskFn::shared`](crate::TaskFn::shared) instead of [`TaskFn::arc`](crate::TaskFn::arc).
    #[must_use]
    pub fn with_instances(mut self, instances: impl Into<Option<usize>>) -> Self {
        self.rare().instances = Setting::set_or_inherit(instances.into());
        self
    }

    /// Limits how many attempts run at once: those of all instances of a task, or of all submissions that have this name and set the
    /// same limits. Further attempts wait for a permit, first come, first served, outside of their timeout
    /// ([`WaitingOn::Permit`](crate::WaitingOn::Permit)). Default: `None`, no limit.
    ///
    /// A permit is held during an attempt, not between attempts. It is acquired before a permit of the supervisor
    /// ([`Config::with_max_concurrent`](crate::Config::with_max_concurrent)), and held while the attempt waits for that one.
    ///
    /// A limit of zero is refused. So is a limit of an added task without instances, which runs one attempt at a time anyway.
    ///
    /// ```
    /// use taskvisor::{Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let consume = TaskFn::shared("consume", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
    /// let supervisor = Supervisor::default();
    /// let workers = supervisor.add_instances(TaskSpec::once(consume).with_instances(2).with_max_concurrent(1))?;
    /// tokio::task::yield_now().await;
    /// assert!(workers[0].status().phase.is_running());
    /// assert_eq!(workers[1].status().phase.to_string(), "waiting for a permit of `consume`");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_max_concurrent(mut self, limit: impl Into<Option<usize>>) -> Self {
        self.rare().max_concurrent = Setting::set_or_inherit(limit.into());
        self
    }

    /// Limits how often attempts begin: those of the task, of all its instances, or of all submissions that have this name and set the
    /// same limits. Further attempts wait, first come, first served, outside of their timeout
    /// ([`WaitingOn::Rate`](crate::WaitingOn::Rate)), and hold no permit meanwhile. Default: `None`, no limit.
    ///
    /// Retries and restarts count. The limit outlives the task: the next task of the name waits for it, too. A limit, a burst or a period
    /// of zero is refused, and so is a period longer than [`RateLimit::MAX_PERIOD`]. See [`RateLimit`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::{RateLimit, Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let poll = TaskFn::arc("poll", || async { Ok(()) });
    /// let spec = TaskSpec::always(poll, Duration::ZERO).with_rate_limit(RateLimit::new(10, Duration::from_secs(60)));
    /// let supervisor = Supervisor::default();
    /// let poll = supervisor.add_task(spec)?;
    /// tokio::time::sleep(Duration::from_secs(15)).await;
    /// assert_eq!(poll.status().attempt, 3); // after 0, 6 and 12 seconds
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_rate_limit(mut self, limit: impl Into<Option<RateLimit>>) -> Self {
        self.rare().rate_limit = Setting::set_or_inherit(limit.into());
        self
    }

    /// What creates the bodies of its instances. `None` if its body can be created only once.
    pub(crate) fn body_source(&self) -> Option<BodySource> {
        let declared = self.declared.map(|declared| BodySource::Declared(declared.body));
        declared.or_else(|| self.task.source.clone())
    }

    /// Whether the task has instances.
    #[inline]
    pub(crate) fn has_instances(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.instances != Setting::Inherit)
    }

    /// Returns how many instances of the task run. `Inherit` means that it is one task without instances.
    #[must_use]
    pub fn instances(&self) -> Setting<usize> {
        self.known_rare().instances
    }

    /// Returns how many attempts may run at once. The default is no limit.
    #[must_use]
    pub fn max_concurrent(&self) -> Setting<usize> {
        self.known_rare().max_concurrent
    }

    /// Returns how often attempts may begin. The default is no limit.
    #[must_use]
    pub fn rate_limit(&self) -> Setting<RateLimit> {
        self.known_rare().rate_limit
    }
}
