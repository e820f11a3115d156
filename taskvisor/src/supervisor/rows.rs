//! The rows of a listing: one for each task, and one for all instances of a task.

use std::collections::HashMap;
use std::sync::Arc;

use crate::runtime::cell::TaskCell;
use crate::runtime::shared::Shared;
use crate::task::{TaskName, TaskStatus};

impl Shared {
    /// Returns snapshots of the tasks. The row of instances is at the position of the oldest one.
    #[inline]
    pub(super) fn rows(&self, cells: &[Arc<TaskCell>]) -> Vec<TaskStatus> {
        if self.instances.has_any() {
            return self.grouped_rows(cells);
        }
        cells.iter().map(|cell| self.status(cell)).collect()
    }

    #[cold]
    fn grouped_rows(&self, cells: &[Arc<TaskCell>]) -> Vec<TaskStatus> {
        let mut instances: HashMap<&str, Vec<(usize, TaskStatus)>> = HashMap::new();
        for cell in cells {
            if let Some(instance) = cell.instance() {
                instances.entry(&instance.name).or_default().push((instance.index, self.status(cell)));
            }
        }
        let row = |cell: &Arc<TaskCell>| {
            let Some(instance) = cell.instance() else { return Some(self.status(cell)) };
            let mut statuses = instances.remove(&*instance.name)?;
            // By age within a number: one that is leaving may still be live beside the next one.
            statuses.sort_by_key(|(index, status)| (*index, status.id));
            let statuses = statuses.into_iter().map(|(_, status)| status).collect();
            TaskStatus::row(TaskName::of_text(Arc::clone(&instance.name)), statuses)
        };
        cells.iter().filter_map(row).collect()
    }
}
