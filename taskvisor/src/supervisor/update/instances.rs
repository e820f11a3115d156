//! New options for all instances of a task.
//!
//! Each live instance, and each that starts later, ends up with the options of the latest template. A call replaces the template, and
//! updates the live instances afterwards. An instance that is created from an older template joins its set first, and reads the template
//! again afterwards: either the call finds it in the set, or it finds the new template. Whichever of them updates an instance reads the
//! template once more afterwards, and starts over if it was replaced, so that an older update never stays on top of a newer one.

use std::sync::Arc;

use super::not_updated;
use crate::policy::TaskOptions;
use crate::runtime::cell::{PolicyUpdate, TaskCell};
use crate::runtime::instances::{InstanceSet, TaskTemplate};
use crate::runtime::shared::Shared;
use crate::task::{Named, RuntimeError};

impl Shared {
    /// Replaces options of a live task by its name, or of all instances of a task by its base name, also of those that start later.
    /// Instances that have ended or are stopping are left out.
    ///
    /// # Errors
    ///
    /// As `update_task`, or no live task has this name. Then nothing was changed.
    #[cfg_attr(not(test), allow(dead_code, reason = "only an application reloads its options"))]
    pub(crate) fn update_tasks(
        self: &Arc<Self>,
        name: &str,
        options: TaskOptions<'_>,
    ) -> Result<(), RuntimeError> {
        if let Some(cell) = self.registry.find(name) {
            return self.update_task(&cell, options);
        }
        let Some(set) = self.instances.find_known(name) else {
            return Err(RuntimeError::UnknownTask { name: name.to_owned() });
        };
        self.update_set(&set, options)
    }

    fn update_set(
        self: &Arc<Self>,
        set: &Arc<InstanceSet>,
        options: TaskOptions<'_>,
    ) -> Result<(), RuntimeError> {
        if !self.allows_updates() {
            return Err(not_updated(set.name()));
        }
        let template = set.template();
        let (setup, update) = (template.update_setup(), self.resolve_template(set, &template, options)?);
        // All instances have the same dependents, and the latest one stands for them while there is none.
        for cell in set.cells_or_latest() {
            self.update_never_ready(&cell, setup, &update, options)?;
        }
        let template = Arc::new(template.with_options(options));
        set.replace_template(Arc::clone(&template));
        self.update_instances(set, &set.live(), template);
        Ok(())
    }

    /// Updates an instance that has joined its set, if the template was replaced since it was created from `template`.
    pub(in crate::supervisor) fn follow_template(
        self: &Arc<Self>,
        set: &Arc<InstanceSet>,
        template: Arc<TaskTemplate>,
        cell: &Arc<TaskCell>,
    ) {
        if self.allows_updates() {
            let latest = set.template();
            if !Arc::ptr_eq(&latest, &template) {
                self.update_instances(set, std::slice::from_ref(cell), latest);
            }
        }
    }

    /// Updates instances with the options of a template, and with those of each one that replaces it meanwhile.
    fn update_instances(
        self: &Arc<Self>,
        set: &Arc<InstanceSet>,
        cells: &[Arc<TaskCell>],
        mut template: Arc<TaskTemplate>,
    ) {
        loop {
            let options = template.options();
            // They were checked before: an error means that the supervisor is shutting down, and no attempt begins.
            let Ok(update) = self.resolve_template(set, &template, options) else { return };
            for cell in cells {
                // The dependents were checked before, too. The other error means that no further attempt of this instance begins.
                let _ = self.update_never_ready(cell, template.update_setup(), &update, options);
                let _ = cell.update_policy(Box::new(update.clone()));
            }
            let latest = set.template();
            if Arc::ptr_eq(&latest, &template) {
                return;
            }
            template = latest;
        }
    }

    fn resolve_template(
        self: &Arc<Self>,
        set: &InstanceSet,
        template: &TaskTemplate,
        options: TaskOptions<'_>,
    ) -> Result<PolicyUpdate, RuntimeError> {
        self.resolve_update(set.name(), template.update_setup(), true, options)
    }
}
