//! What an application starts with all the same, though it may not be what its author expects.

use std::time::Duration;

use humantime::format_duration;

use super::problem::{Problem, SourceLocation};
use super::{App, ListedTask};
use crate::policy::{RestartPolicy, Setting, Settings};

impl App {
    /// Said on stderr when the application starts, in the order of file and line.
    pub(super) fn notes(&self) -> Vec<Problem> {
        let tasks = self.tasks.iter().map(|task| ("task", task.spec.name(), task.place, task.spec.settings));
        #[cfg(feature = "controller")]
        let tasks = tasks.chain(
            self.jobs.iter().map(|job| ("job", job.name, SourceLocation::from(&job.location), job.settings)),
        );
        let mut notes: Vec<_> = tasks
            .filter_map(|(kind, name, place, settings)| self.clamped(kind, name, place, settings))
            .collect();
        notes.sort();
        notes.extend(self.permits_can_run_out());
        notes
    }

    /// A `stop_timeout` that the grace cuts short.
    fn clamped(&self, kind: &str, name: &str, place: SourceLocation, settings: Settings) -> Option<Problem> {
        let grace = self.config.grace;
        let Setting::Set(time) = settings.stop_timeout else { return None };
        (time > grace).then(|| {
            let reason = format!(
                "{kind} `{name}`: `stop_timeout` is {}, but the grace is {}, and no task has longer than that; raise the \
                 grace, or leave out the `stop_timeout`",
                format_duration(time),
                format_duration(grace),
            );
            Problem::new(place, reason)
        })
    }

    /// Attempts that never end keep their permits. Whether an attempt ends is not known; that of a task that waits between
    /// its attempts does.
    fn permits_can_run_out(&self) -> Option<Problem> {
        let limit = self.config.max_concurrent?;
        let may_stay = |task: &&ListedTask| {
            let Settings { restart, every, timeout, .. } = task.spec.settings;
            let once = matches!(restart, Setting::Set(RestartPolicy::Never));
            let repeats = matches!(every, Setting::Set(pause) if pause > Duration::ZERO);
            let ends = matches!(timeout, Setting::Set(Some(_))) || self.config.timeout.is_some();
            !once && !repeats && !ends
        };
        let staying: Vec<_> = self.tasks.iter().filter(may_stay).collect();
        let first = staying.first().filter(|_| staying.len() >= limit)?;
        let names: Vec<_> = staying.iter().map(|task| format!("`{}`", task.spec.name())).collect();
        let reason = format!(
            "`max_concurrent` is {limit}, and these tasks may each run one attempt that does not end: {}; together they can \
             hold every permit, so that nothing else runs; raise `max_concurrent`, or give them a `timeout`",
            names.join(", "),
        );
        Some(Problem::new(self.configured.unwrap_or(first.place), reason))
    }
}
