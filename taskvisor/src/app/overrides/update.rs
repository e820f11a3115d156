//! Applies new options to the live tasks of an application, and to the next submissions of its jobs.

use std::sync::Arc;

use super::difference::Difference;
use crate::app::App;
use crate::app::policies::PolicySet;
use crate::policy::{Config, RareSettings, Setting, Settings, TaskOptions};
use crate::runtime::body::TaskSpec;
#[cfg(feature = "controller")]
use crate::runtime::body::{JobOverride, JobOverrides};
use crate::runtime::shared::Shared;
use crate::runtime::startable::Startable;

impl PolicySet {
    /// Applies the options of this set to the live tasks whose options differ. `started` are those with which the tasks were added.
    pub(super) fn apply(&self, started: &Self, difference: &Difference, shared: &Arc<Shared>) {
        for name in &difference.tasks {
            let (Some(next), Some(started)) = (self.started_task(name), started.tasks.get(name)) else {
                continue;
            };
            let (settings, rare) = updated(&next.spec, &started.spec, &self.config.config);
            let schedule = started.spec.schedule.as_deref();
            let options = TaskOptions { settings: &settings, rare: Some(&rare), schedule };
            if !next.spec.has_instances() {
                // Also if the task has ended: it may be started again.
                let mut spec = started.spec.without_body();
                (spec.settings, spec.rare) = (settings, Some(Box::new(rare)));
                shared.startable.set(name.as_str(), Startable::of(&spec));
            }
            // The options were checked with those of the others. A task that has ended, or that is stopping, begins no further attempt.
            let _ = shared.update_tasks(name, options);
        }
    }
}

/// The options of a live task: the new values of options that a reload can change, and the values at its start of all others.
fn updated(next: &TaskSpec, started: &TaskSpec, config: &Config) -> (Settings, RareSettings) {
    let mut settings = with_defaults(next.settings, config);
    settings.ready = started.settings.ready;
    settings.interrupt_on_loss = started.settings.interrupt_on_loss;
    settings.stop_order = started.settings.stop_order;
    let rare = next.rare.as_deref().unwrap_or(&RareSettings::INHERIT);
    let before = started.rare.as_deref().unwrap_or(&RareSettings::INHERIT);
    let rare = RareSettings {
        critical: before.critical,
        instances: before.instances,
        max_concurrent: before.max_concurrent,
        rate_limit: before.rate_limit,
        ..rare_with_defaults(rare, config)
    };
    (settings, rare)
}

impl App {
    /// Keeps the restart policy that `every` or `cron` implies if they change: it would apply before they do.
    pub(super) fn keep_implied(&mut self, started: &PolicySet) {
        let dates = |spec: &TaskSpec| {
            let schedule = spec.schedule.as_deref();
            schedule
                .map(|schedule| (schedule.every, schedule.cron.clone()))
                .unwrap_or((Setting::Inherit, None))
        };
        let disabled = self.disabled.iter_mut().map(|one| &mut one.task);
        for task in self.tasks.iter_mut().chain(disabled) {
            let Some(started) = started.tasks.get(task.spec.name()) else { continue };
            let is_implied = !matches!(task.spec.settings.restart, Setting::Set(_));
            if is_implied && dates(&task.spec) != dates(&started.spec) {
                task.spec.settings.restart = started.spec.settings.restart;
            }
        }
    }
}

/// Captures the defaults of the new configuration: the supervisor keeps the configuration with which it was built.
fn with_defaults(settings: Settings, config: &Config) -> Settings {
    Settings {
        restart: or_default(settings.restart, config.restart),
        backoff: or_default(settings.backoff, config.backoff),
        timeout: or_default(settings.timeout, config.timeout),
        max_retries: or_default(settings.max_retries, config.max_retries),
        ..settings
    }
}

fn rare_with_defaults(rare: &RareSettings, config: &Config) -> RareSettings {
    RareSettings { max_failures: or_default(rare.max_failures, config.max_failures), ..*rare }
}

fn or_default<T: Copy>(setting: Setting<T>, default: T) -> Setting<T> {
    if matches!(setting, Setting::Inherit) { Setting::Default(default) } else { setting }
}

#[cfg(feature = "controller")]
impl App {
    /// Replaces the options of all jobs, which inherit from `config`.
    pub(super) fn replace_job_overrides(&self, config: &Config, shared: &Arc<Shared>) {
        let mut overrides = JobOverrides::default();
        for job in &self.disabled_jobs {
            overrides.insert(job, JobOverride::Disabled);
        }
        for job in &self.jobs {
            let mut spec = job.spec.clone();
            spec.settings = with_defaults(spec.settings, config);
            spec.rare = rare_with_defaults(&spec.rare, config);
            overrides.insert(spec.descriptor, JobOverride::Tuned(Arc::new(spec)));
        }
        shared.job_overrides.replace(overrides);
    }
}
