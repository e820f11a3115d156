//! All options of a task, borrowed from where they are stored.

use super::{RareSettings, ScheduleSettings, Settings};

/// The options of a task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TaskOptions<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) rare: Option<&'a RareSettings>,
    pub(crate) schedule: Option<&'a ScheduleSettings>,
}
