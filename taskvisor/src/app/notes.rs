//! Notes: settings that do not prevent a start, but may have unexpected effects.

use std::time::Duration;

use humantime::format_duration;

use super::App;
use super::listed::ListedTask;
use super::problem::{Place, Problem};
use crate::policy::{RestartPolicy, Setting, Settings};

impl App {
    /// Returns the notes for stderr, ordered by file and line.
    pub(super) fn notes(&self) -> Vec<Problem> {
        let place = |task: &ListedTask| task.place_of("`stop_timeout`");
        let tasks = self.tasks.iter().map(|task| ("task", task.spec.name(), place(task), task.spec.settings));
        #[cfg(feature = "controller")]
        let tasks = tasks.chain(self.jobs.iter().map(|job| {
            let place = job.place_of("`stop_timeout`");
            ("job", job.spec.name(), place, job.spec.settings)
        }));
        let mut notes: Vec<_> = tasks
            .filter_map(|(kind, name, place, settings)| self.clamped(kind, name, place, settings))
            .chain(self.unknown_selected_tasks())
            .collect();
        notes.sort();
        notes.extend(self.permits_can_run_out());
        notes
    }

    /// A `stop_timeout` that is longer than the grace, which limits it.
    fn clamped(&self, kind: &str, name: &str, place: Place, settings: Settings) -> Option<Problem> {
        let grace = self.config.grace;
        let Setting::Set(time) = settings.stop_timeout else { return None };
        (time > grace).then(|| {
            let reason = format!(
                "{kind} `{name}`: `stop_timeout` is {}, but the grace is {}, which limits it; raise the grace, or remove the \
                 `stop_timeout`",
                format_duration(time),
                format_duration(grace),
            );
            Problem::new(place, reason)
        })
    }

    /// Tasks whose attempts may never end, if they can hold all permits. A task with a delay or a timeout has attempts
    /// that end.
    fn permits_can_run_out(&self) -> Option<Problem> {
        let limit = self.config.max_concurrent?;
        let may_not_end = |task: &&ListedTask| {
            let Settings { restart, delay, timeout, .. } = task.spec.settings;
            let once = restart.own() == Some(RestartPolicy::Never);
            let repeats = matches!(delay, Setting::Set(pause) if pause > Duration::ZERO);
            let ends = timeout.own().unwrap_or(self.config.timeout).is_some();
            !once && !repeats && !ends
        };
        let endless: Vec<_> = self.tasks.iter().filter(may_not_end).collect();
        let attempts_of =
            |task: &&ListedTask| task.spec.instances().or(1).min(task.spec.max_concurrent().or(usize::MAX));
        let attempts = endless.iter().map(attempts_of).fold(0, usize::saturating_add);
        let first = endless.first().filter(|_| attempts >= limit)?;
        let names: Vec<_> = endless.iter().map(|task| format!("`{}`", task.spec.name())).collect();
        let reason = format!(
            "`max_concurrent` is {limit}, and the attempts of these tasks may not end: {}; together they can hold every permit, \
             so that nothing else runs; raise `max_concurrent`, or give them a `timeout`",
            names.join(", "),
        );
        let overridden = self.overridden.place_of(&reason);
        let place = overridden.unwrap_or_else(|| self.configured.unwrap_or(first.location).into());
        Some(Problem::new(place, reason))
    }
}
