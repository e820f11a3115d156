//! The options of a spec about when it runs: delays, grids and calendars.

#[cfg(feature = "schedule")]
use std::borrow::Cow;
use std::time::Duration;

use super::spec::TaskSpec;
use crate::policy::{Missed, Overlap, RestartPolicy, ScheduleSettings, Setting};

impl TaskSpec {
    /// Sets the delay between the end of a successful attempt and the next one. The option `delay` of `#[task]` sets it too. With a
    /// delay of zero the task still yields to other tasks. The default is one second, for a task that
    /// [always](RestartPolicy::Always) runs again.
    ///
    /// The task is repeated, as with [`RestartPolicy::Always`]. It is refused if it sets another restart policy, or
    /// [`every`](Self::with_every) or `cron`. A failure that exceeds the retries and a fatal one end it, which is not so for `every`
    /// and `cron`.
    #[must_use]
    pub fn with_delay(mut self, delay: impl Into<Option<Duration>>) -> Self {
        self.settings.delay = Setting::set_or_inherit(delay.into());
        self.repeat_by_default(self.settings.delay != Setting::Inherit);
        self
    }

    /// Runs the task at the ticks of a grid, or with `None` removes the grid: the first tick is the moment at which the task is added
    /// (later with a [`start_delay`](Self::with_start_delay)), and the others follow with this period. How long a run takes moves no
    /// tick.
    ///
    /// While a run goes on, ticks are skipped: see [`with_overlap`](Self::with_overlap). A run has the retries of an ordinary task. A
    /// tick during a backoff ends it: the next attempt is a retry, and counts as the run of that tick. Once the retries are spent, or
    /// the error is fatal, the run has [failed](crate::EventKind::RunFailed), and the task waits for the next tick: only
    /// [`max_failures`](Self::with_max_failures) makes a task with a schedule give up, and counts all its failures. With
    /// `retry_after` and [`snooze`](crate::TaskContext::snooze) the run goes on.
    ///
    /// The grid is on the monotonic clock: it ignores changes of the wall clock and, on most systems, the time during which the
    /// machine is suspended.
    ///
    /// The task is repeated, as with [`RestartPolicy::Always`]. It is refused if the period is zero, or if it sets another restart
    /// policy, [`delay`](Self::with_delay) or `cron`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::{Supervisor, TaskContext, TaskFn, TaskSpec};
    /// use tokio::time::{Instant, sleep};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let start = Instant::now();
    /// let poll = TaskFn::arc("poll", move |ctx: TaskContext| async move {
    ///     let seconds = start.elapsed().as_secs_f64().round();
    ///     assert_eq!(seconds, 30.0 * (ctx.attempt() - 1) as f64); // at 0 s, 30 s, 60 s
    ///     sleep(Duration::from_secs(10)).await;
    ///     if ctx.attempt() == 3 {
    ///         return ctx.done();
    ///     }
    ///     Ok(())
    /// });
    /// let supervisor = Supervisor::default();
    /// let poll = supervisor.add_task(TaskSpec::inherit(poll).with_every(Duration::from_secs(30)))?;
    /// assert!(poll.outcome().await.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_every(mut self, period: impl Into<Option<Duration>>) -> Self {
        self.schedule().every = Setting::set_or_inherit(period.into());
        self.repeat_by_default(self.every() != Setting::Inherit);
        self
    }

    /// Runs the task at the dates of a cron expression. It has five fields (minute, hour, day of
    /// month, month, day of week), or six with the seconds in front; or is `@yearly`, `@monthly`, `@weekly`, `@daily` or `@hourly`.
    /// The dates are those of the [time zone](Self::with_tz), UTC by default. The task does not run when it is added.
    ///
    /// If both the day of month and the day of week are set, a day that matches one of them is enough.
    ///
    /// A fixed time that daylight saving skips runs at the end of the gap; one that comes twice runs once, the first time. Expressions
    /// with a wildcard or a step in the hour or the minute follow the elapsed time. Each date runs once at most, also if the wall clock
    /// is set back by up to a day; after a larger step the schedule forgets which dates have run
    /// ([`ClockStepped`](crate::EventKind::ClockStepped)). A step of the clock, or a wake-up of a suspended machine, is seen within
    /// 30 s: see [`with_missed`](Self::with_missed). Runs, retries and failures are those of [`every`](Self::with_every).
    ///
    /// The task is refused if the expression is malformed or never matches a date, if the time zone is unknown, and for the reasons of
    /// [`every`](Self::with_every).
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use taskvisor::{Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let report = TaskFn::arc("report", || async { Ok(()) });
    /// let spec = TaskSpec::inherit(report).with_cron("30 3 * * MON-FRI");
    /// let supervisor = Supervisor::default();
    /// let report = supervisor.add_task(spec)?;
    /// let next = report.status().next_run().and_then(|run| run.date()).ok_or("no date")?;
    /// assert!(next > SystemTime::now() && next < SystemTime::now() + Duration::from_secs(4 * 86_400));
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "schedule")]
    #[cfg_attr(docsrs, doc(cfg(feature = "schedule")))]
    #[must_use]
    pub fn with_cron(mut self, expression: impl Into<Cow<'static, str>>) -> Self {
        self.schedule().cron = Some(expression.into());
        self.repeat_by_default(true);
        self
    }

    /// Sets the time zone of the cron expression by its name in the database of time zones, such as `Europe/Berlin`. The
    /// default is `UTC`. `local` stands for the zone of the system.
    ///
    /// The database is that of the system; with the feature `bundled-tz`, one that is part of the program is used where the system has
    /// none. A task with an unknown zone, or without `cron`, is refused.
    #[cfg(feature = "schedule")]
    #[cfg_attr(docsrs, doc(cfg(feature = "schedule")))]
    #[must_use]
    pub fn with_tz(mut self, zone: impl Into<Cow<'static, str>>) -> Self {
        self.schedule().tz = Some(zone.into());
        self
    }

    /// Sets how long the task waits after it was added, before its first attempt, or with `None` no delay. The first tick of
    /// [`every`](Self::with_every) is at the end of this delay; dates of `cron` before it do not run.
    ///
    /// [`trigger`](crate::TaskHandle::trigger) and [`restart`](crate::TaskHandle::restart) end the delay. The task holds up neither
    /// [`SupervisorHandle::ready`](crate::SupervisorHandle::ready) nor the start of the application. A task with a delay of zero is
    /// refused.
    #[must_use]
    pub fn with_start_delay(mut self, delay: impl Into<Option<Duration>>) -> Self {
        self.schedule().start_delay = Setting::set_or_inherit(delay.into());
        self
    }

    /// Sets what happens to a tick while the run of an earlier one goes on, or with `None` the default, [`Overlap::Skip`]. A task
    /// without `every` or `cron` is refused with this option.
    #[must_use]
    pub fn with_overlap(mut self, overlap: impl Into<Option<Overlap>>) -> Self {
        self.schedule().overlap = Setting::set_or_inherit(overlap.into());
        self
    }

    /// Sets what happens to ticks that passed unseen, or with `None` the default, [`Missed::Once`]. A task without `every` or `cron` is
    /// refused with this option.
    #[must_use]
    pub fn with_missed(mut self, missed: impl Into<Option<Missed>>) -> Self {
        self.schedule().missed = Setting::set_or_inherit(missed.into());
        self
    }

    /// Removes the options about when the task runs: `every`, `cron`, `tz`, `start_delay`, `overlap`, `missed` and `delay`. Use it to
    /// give a declared task another schedule, in `App::tune`.
    ///
    /// The task is still repeated, unless the spec sets another restart policy.
    #[must_use]
    pub fn without_schedule(mut self) -> Self {
        self.schedule = None;
        self.settings.delay = Setting::Inherit;
        self
    }

    /// Returns the delay between a success and the next attempt. The default is one second.
    #[must_use]
    pub fn delay(&self) -> Setting<Duration> {
        self.settings.delay
    }

    /// Returns the period of the grid. The default is that there is none.
    #[must_use]
    pub fn every(&self) -> Setting<Duration> {
        self.known_schedule().every
    }

    /// Returns the cron expression, if the task has one.
    #[must_use]
    pub fn cron(&self) -> Option<&str> {
        self.known_schedule().cron.as_deref()
    }

    /// Returns the name of the time zone, if the task sets one. The default is `UTC`.
    #[must_use]
    pub fn tz(&self) -> Option<&str> {
        self.known_schedule().tz.as_deref()
    }

    /// Returns how long the task waits before its first attempt. The default is no delay.
    #[must_use]
    pub fn start_delay(&self) -> Setting<Duration> {
        self.known_schedule().start_delay
    }

    /// Returns what happens to a tick while the run of an earlier one goes on. The default is [`Overlap::Skip`].
    #[must_use]
    pub fn overlap(&self) -> Setting<Overlap> {
        self.known_schedule().overlap
    }

    /// Returns what happens to ticks that passed unseen. The default is [`Missed::Once`].
    #[must_use]
    pub fn missed(&self) -> Setting<Missed> {
        self.known_schedule().missed
    }

    /// Makes the task repeat, unless the spec sets a restart policy.
    fn repeat_by_default(&mut self, repeats: bool) {
        if repeats && !matches!(self.settings.restart, Setting::Set(_)) {
            self.settings.restart = Setting::Default(RestartPolicy::Always);
        }
    }

    /// Whether the task has a schedule.
    #[cfg(feature = "macros")]
    pub(crate) fn schedule_kind(&self) -> crate::policy::ScheduleKind {
        self.schedule.as_deref().map_or(crate::policy::ScheduleKind::None, ScheduleSettings::kind)
    }

    fn schedule(&mut self) -> &mut ScheduleSettings {
        self.schedule.get_or_insert_with(|| Box::new(ScheduleSettings::NONE))
    }

    fn known_schedule(&self) -> &ScheduleSettings {
        self.schedule.as_deref().unwrap_or(&ScheduleSettings::NONE)
    }
}
