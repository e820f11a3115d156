//! Joins a task or a submission with the tasks that it depends on.

use std::sync::Arc;

use crate::policy::{Setting, Settings, StopOrder};
use crate::runtime::body::{Dependencies, Location, TaskSpec};
use crate::runtime::cell::{Flag, TaskCell};
use crate::runtime::dependency::{LinkRequest, Linked};
use crate::runtime::shared::Shared;
use crate::task::RuntimeError;

/// The problem of an `interrupt_on_loss` on a task that needs no other.
pub(crate) const LOSES_NOTHING: &str = "`interrupt_on_loss` has no effect on a task without `needs`, which can lose nothing: name the tasks \
                                        that it needs, or remove it";

/// Whether a task says anything about other tasks, or others may depend on it after its end.
#[inline]
pub(crate) fn has_links(spec: &TaskSpec) -> bool {
    spec.dependencies.is_some()
        || spec.declared.is_some()
        || spec.settings.stop_order != Setting::Inherit
        || spec.settings.interrupt_on_loss != Setting::Inherit
}

impl Shared {
    /// Links an added task that is registered and has not started. Returns the tasks that it needs.
    pub(crate) fn link(&self, cell: &Arc<TaskCell>, spec: &TaskSpec) -> Result<Linked, RuntimeError> {
        self.graph.check_name(cell).map_err(|reasons| invalid(cell, reasons))?;
        self.link_parts(cell, spec.dependencies.as_deref(), &spec.settings, spec.location())
    }

    /// After a link, once nothing can be refused any more: remembers a declared task, and adds the needed tasks to the start-up set.
    pub(crate) fn confirm_link(&self, cell: &Arc<TaskCell>, spec: &TaskSpec, needed: Linked) {
        if let Some(declared) = spec.declared {
            self.graph.declare(&declared.location, cell);
        }
        // A task that is started again is needed from the beginning.
        if self.graph.adopt(cell) {
            cell.set_flag(Flag::IsNeeded);
            self.startup_set.insert(cell);
        }
        self.await_needed(needed);
    }

    /// Adds tasks to the start-up set, which others need. They need not declare their readiness.
    pub(crate) fn await_needed(&self, needed: Linked) {
        for needed in needed {
            // It may have taken its name before the node had dependents.
            self.graph.adopt(&needed);
            if !needed.set_flag(Flag::IsNeeded) {
                self.startup_set.insert(&needed);
            }
        }
    }

    /// Links a task or a submission, if it depends on a task or stops last.
    #[inline]
    pub(crate) fn link_parts(
        &self,
        cell: &Arc<TaskCell>,
        dependencies: Option<&Dependencies>,
        settings: &Settings,
        location: Option<&'static Location>,
    ) -> Result<Linked, RuntimeError> {
        let stops_last = settings.stop_order.own() == Some(StopOrder::Last);
        if dependencies.is_none() && !stops_last {
            return Ok(Linked::new());
        }
        self.link_dependent(cell, dependencies, settings, location)
    }

    #[cold]
    fn link_dependent(
        &self,
        cell: &Arc<TaskCell>,
        dependencies: Option<&Dependencies>,
        settings: &Settings,
        location: Option<&'static Location>,
    ) -> Result<Linked, RuntimeError> {
        let none = Dependencies::default();
        let request = LinkRequest {
            dependencies: dependencies.unwrap_or(&none),
            location,
            interrupt_on_loss: settings.interrupt_on_loss.own(),
            stops_last: settings.stop_order.own() == Some(StopOrder::Last),
        };
        let linked = self.graph.link(cell, request, (&self.registry, &self.instances));
        linked.map_err(|reasons| invalid(cell, reasons))
    }
}

fn invalid(cell: &TaskCell, reasons: Vec<String>) -> RuntimeError {
    RuntimeError::InvalidDependencies { name: cell.name().to_owned(), reasons }
}

/// Refuses an `interrupt_on_loss` that cannot work.
pub(crate) fn check_interrupt_on_loss(
    name: &str,
    settings: &Settings,
    dependencies: Option<&Dependencies>,
) -> Result<(), RuntimeError> {
    let needs_none = dependencies.is_none_or(|dependencies| dependencies.needs.is_empty());
    if matches!(settings.interrupt_on_loss, Setting::Set(_)) && needs_none {
        return Err(RuntimeError::InvalidSpec { name: name.to_owned(), reasons: vec![LOSES_NOTHING.into()] });
    }
    Ok(())
}
