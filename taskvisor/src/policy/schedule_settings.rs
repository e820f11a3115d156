//! The options of a task about when it runs.
//!
//! They are stored apart from the other options: a task that sets none of them pays for one pointer in its spec.

use std::borrow::Cow;
use std::time::Duration;

use super::{Missed, Overlap, RestartPolicy, Setting, Settings};

/// The options that an attribute sets about when its task runs.
#[derive(Clone, Copy, Debug)]
pub struct DeclaredSchedule {
    /// The period of a grid.
    pub every: Setting<Duration>,
    /// A cron expression.
    pub cron: Option<&'static str>,
    /// The time zone of the cron expression.
    pub tz: Option<&'static str>,
    /// How long the task waits before its first attempt.
    pub start_delay: Setting<Duration>,
    /// What happens to a tick while the run of an earlier one goes on.
    pub overlap: Setting<Overlap>,
    /// What happens to ticks that passed unseen.
    pub missed: Setting<Missed>,
}

/// The options of a spec about when its task runs.
#[derive(Clone, Debug)]
pub(crate) struct ScheduleSettings {
    pub(crate) every: Setting<Duration>,
    pub(crate) cron: Option<Cow<'static, str>>,
    pub(crate) tz: Option<Cow<'static, str>>,
    pub(crate) start_delay: Setting<Duration>,
    pub(crate) overlap: Setting<Overlap>,
    pub(crate) missed: Setting<Missed>,
}

/// Whether the task has a schedule. A part of its policy, because the actor reads it after every attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScheduleKind {
    None,
    /// It waits before its first attempt, and has no schedule afterwards.
    StartDelay,
    /// It runs at the ticks of a grid or of a calendar.
    Ticks,
}

impl DeclaredSchedule {
    /// Sets no option.
    pub const NONE: Self = Self {
        every: Setting::Inherit,
        cron: None,
        tz: None,
        start_delay: Setting::Inherit,
        overlap: Setting::Inherit,
        missed: Setting::Inherit,
    };

    /// The options of a spec. `None` if the attribute sets none.
    #[cfg(feature = "macros")]
    pub(crate) fn settings(&self) -> Option<Box<ScheduleSettings>> {
        let Self { every, cron, tz, start_delay, overlap, missed } = *self;
        let (cron, tz) = (cron.map(Cow::Borrowed), tz.map(Cow::Borrowed));
        let settings = ScheduleSettings { every, cron, tz, start_delay, overlap, missed };
        (!settings.is_empty()).then(|| Box::new(settings))
    }
}

impl ScheduleSettings {
    pub(crate) const NONE: Self = Self {
        every: Setting::Inherit,
        cron: None,
        tz: None,
        start_delay: Setting::Inherit,
        overlap: Setting::Inherit,
        missed: Setting::Inherit,
    };

    /// The problem of a submission that sets one of the options.
    pub(crate) const OF_A_SUBMISSION: &str = "a submission runs once it has its slot, and has no schedule: remove `every`, `cron`, `tz`, \
                                              `start_delay`, `overlap` and `missed`, or add it as a task";

    /// Whether no option is set.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { every, cron, tz, start_delay, overlap, missed } = self;
        *every == Setting::Inherit
            && cron.is_none()
            && tz.is_none()
            && *start_delay == Setting::Inherit
            && *overlap == Setting::Inherit
            && *missed == Setting::Inherit
    }

    pub(crate) fn kind(&self) -> ScheduleKind {
        if self.has_ticks() {
            ScheduleKind::Ticks
        } else if self.start_delay == Setting::Inherit {
            ScheduleKind::None
        } else {
            ScheduleKind::StartDelay
        }
    }

    fn has_ticks(&self) -> bool {
        self.every != Setting::Inherit || self.cron.is_some()
    }

    /// The contradictions of the options, except those within the cron expression.
    pub(crate) fn problems(&self, settings: &Settings) -> Vec<Cow<'static, str>> {
        let mut problems = Vec::new();
        let mut report = |problem: &'static str| problems.push(Cow::from(problem));
        let has_delay = settings.delay != Setting::Inherit;
        if self.every == Setting::Set(Duration::ZERO) {
            report(
                "`every` is zero: set the time between two ticks, such as 30 s, or use `delay` to repeat without a pause",
            );
        }
        if self.start_delay == Setting::Set(Duration::ZERO) {
            report("`start_delay` is zero, which has no effect: leave it out");
        }
        if self.every != Setting::Inherit && self.cron.is_some() {
            report("a task cannot have both `every` and `cron`: remove one of them");
        }
        if has_delay && self.every != Setting::Inherit {
            report(
                "a task cannot have both `every` and `delay`: remove `delay` for a grid, or `every` for a pause after each success",
            );
        }
        if has_delay && self.cron.is_some() {
            report("a task cannot have both `cron` and `delay`: remove one of them");
        }
        if self.tz.is_some() && self.cron.is_none() {
            report("`tz` has no effect without `cron`: remove it");
        }
        if !self.has_ticks() {
            let wrong =
                [(self.overlap != Setting::Inherit, "overlap"), (self.missed != Setting::Inherit, "missed")];
            for (_, option) in wrong.into_iter().filter(|(is_set, _)| *is_set) {
                let reason = if has_delay {
                    "with `delay`, which has no ticks: remove it, or use `every`"
                } else {
                    "without `every` or `cron`: remove it, or set one of them"
                };
                problems.push(format!("`{option}` has no effect {reason}").into());
            }
        }
        if let (true, Setting::Set(restart)) = (self.has_ticks(), settings.restart) {
            if restart != RestartPolicy::Always {
                let option = if self.cron.is_some() { "cron" } else { "every" };
                problems.push(
                    format!(
                        "`{option}` repeats the task, which `RestartPolicy::{restart:?}` excludes: remove one of them, or use \
                         `RestartPolicy::Always`"
                    )
                    .into(),
                );
            }
        }
        problems
    }
}
