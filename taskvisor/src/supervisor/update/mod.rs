//! New options for live tasks, all of which are checked before any of them changes.
//!
//! These can be replaced: `restart`, `backoff`, `timeout`, `max_retries`, `delay`, `stable_after`, `stop_timeout`, `start_timeout`,
//! `max_failures`, `on_give_up`, `heartbeat` and `on_shutdown`. The caller passes all options of the task; the others must be those with
//! which it was added, and are used for the checks only. `runtime/cell/policy_update.rs` says when the new options apply.

#[cfg(all(test, not(taskvisor_loom)))]
mod instance_tests;
mod instances;
#[cfg(all(test, feature = "metrics", not(taskvisor_loom)))]
mod metrics_tests;
#[cfg(all(test, not(taskvisor_loom)))]
mod tests;

use std::sync::Arc;

use super::TaskHandle;
use crate::policy::{RareSettings, TaskOptions};
use crate::runtime::cell::{Flag, PolicyUpdate, TaskCell, UpdateSetup};
use crate::runtime::instances::TaskTemplate;
use crate::runtime::shared::Shared;
use crate::runtime::startable::Startable;
use crate::task::RuntimeError;

/// The problem of a task that was added before updates were allowed.
const NOT_UPDATED: &str = "its options cannot change while it is live, because it was added before updates were allowed: add it again";

impl Shared {
    /// Replaces options of a live task. Either all of them change, or none does.
    ///
    /// # Errors
    ///
    /// As of a task that is added with these options. The task cannot be updated, it has ended, a stop was requested, or the supervisor
    /// is shutting down.
    #[cfg_attr(not(test), allow(dead_code, reason = "only an application reloads its options"))]
    pub(crate) fn update_task(
        self: &Arc<Self>,
        cell: &Arc<TaskCell>,
        options: TaskOptions<'_>,
    ) -> Result<(), RuntimeError> {
        let Some(setup) = cell.update_setup() else { return Err(not_updated(cell.name())) };
        let is_instance = cell.instance().is_some();
        let update = self.resolve_update(cell.name(), setup, is_instance, options)?;
        self.update_never_ready(cell, setup, &update, options)?;
        let updated = cell.update_policy(Box::new(update));
        updated.map_err(|error| TaskHandle::new(Arc::clone(cell), self).control_error(error))
    }

    /// Updates a task that is about to start again, if what starts it was replaced since it was created from `template`.
    // As `follow_template`: a reload replaces what starts the task first, and updates the live task afterwards. Either it finds the name,
    // which is reserved, or the new template is found here. Read once more afterwards, so that no older update stays on top of a newer one.
    pub(in crate::supervisor) fn follow_startable(
        self: &Arc<Self>,
        template: &Arc<TaskTemplate>,
        cell: &Arc<TaskCell>,
    ) {
        let mut known = Arc::clone(template);
        while let Some(Startable::Template(latest)) = self.startable.find(cell.name()) {
            if Arc::ptr_eq(&latest, &known) {
                return;
            }
            // They were checked before: an error means that the task is stopping, and no attempt of it begins.
            let _ = self.update_task(cell, latest.options());
            known = latest;
        }
    }

    /// Checks the options of a task, and resolves them.
    fn resolve_update(
        self: &Arc<Self>,
        name: &str,
        UpdateSetup { needs, .. }: UpdateSetup,
        is_instance: bool,
        TaskOptions { settings, rare, schedule }: TaskOptions<'_>,
    ) -> Result<PolicyUpdate, RuntimeError> {
        let resolved = self.resolve_named(name, needs, settings, rare, schedule, is_instance);
        let problem = rare.and_then(RareSettings::task_problems);
        let (policy, options) = match (resolved, problem) {
            (resolved, None) => resolved?,
            (Ok(_), Some(problem)) => {
                return Err(RuntimeError::InvalidSpec {
                    name: name.to_owned(),
                    reasons: vec![problem.into()],
                });
            }
            (Err(RuntimeError::InvalidSpec { name, mut reasons }), Some(problem)) => {
                reasons.insert(0, problem.into());
                return Err(RuntimeError::InvalidSpec { name, reasons });
            }
            (Err(other), Some(_)) => return Err(other),
        };
        Ok(PolicyUpdate {
            policy,
            options: options.map(|options| *options).unwrap_or_default(),
            stop_timeout: settings.stop_timeout(),
            start_timeout: settings.start_timeout(),
        })
    }

    /// Refuses options with which a task can never be ready, if another task depends on it. Otherwise records whether it can.
    fn update_never_ready(
        &self,
        cell: &TaskCell,
        setup: UpdateSetup,
        update: &PolicyUpdate,
        options: TaskOptions<'_>,
    ) -> Result<(), RuntimeError> {
        if !update.policy.is_never_ready(options.settings, setup.never_returns) {
            cell.clear_flag(Flag::NeverReady);
            return Ok(());
        }
        // Set before the dependents are read: one that is linked meanwhile finds the flag, or is found here.
        if cell.set_flag(Flag::NeverReady) {
            return Ok(());
        }
        self.graph.check_name(cell).map_err(|reasons| {
            cell.clear_flag(Flag::NeverReady);
            RuntimeError::InvalidDependencies { name: cell.name().to_owned(), reasons }
        })
    }
}

fn not_updated(name: &str) -> RuntimeError {
    RuntimeError::InvalidSpec { name: name.to_owned(), reasons: vec![NOT_UPDATED.into()] }
}
