//! The tasks whose events a subscriber receives.

use std::borrow::Cow;

use super::Subject;

/// Selects the events of some added tasks, by their names. Without a name, it selects every event.
#[derive(Clone, Debug, Default)]
// Sorted, because publishing looks up the name of the task.
pub(crate) struct TaskFilter(Box<[Cow<'static, str>]>);

impl TaskFilter {
    pub(crate) fn new(names: impl IntoIterator<Item = Cow<'static, str>>) -> Self {
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort_unstable();
        Self(names.into())
    }

    /// Whether it selects every event.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it selects the events of this task. `None` stands for an event that is not about one task.
    // Neither locks nor allocates: publishers call it for every event that the subscriber wants.
    pub(crate) fn selects(&self, task: Option<&dyn Subject>) -> bool {
        self.is_empty() || task.is_some_and(|task| task.holds_name() && self.names_task(task))
    }

    /// A name selects all instances of the task, and one of them can be selected alone.
    fn names_task(&self, task: &dyn Subject) -> bool {
        self.names(task.name()) || task.instance().is_some() && self.names(task.base_name())
    }

    fn names(&self, name: &str) -> bool {
        self.0.binary_search_by(|listed| (**listed).cmp(name)).is_ok()
    }
}

#[cfg(all(test, not(taskvisor_loom)))]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::event::bus::{Bus, Queue};
    use crate::event::{EventName, EventSet, SyntheticSubject};
    use crate::task::TaskId;

    fn task(name: &str, slot: Option<&str>) -> SyntheticSubject {
        SyntheticSubject {
            name: name.to_owned(),
            id: TaskId::next(),
            slot: slot.map(Arc::from),
            instance_of: None,
        }
    }

    fn bus(filters: &[&'static [&'static str]]) -> Bus {
        let queue = |names: &&'static [&'static str]| {
            let tasks = TaskFilter::new(names.iter().map(|name| Cow::from(*name)));
            Arc::new(Queue::new(String::new(), EventSet::ALL, 1).with_tasks(tasks))
        };
        Bus::new(filters.iter().map(queue).collect())
    }

    #[test]
    fn an_event_that_no_queue_selects_is_not_built() {
        let filtered = bus(&[&["feed", "db"], &["web"]]);
        for (name, selected) in [("db", true), ("feed", true), ("web", true), ("d", false), ("other", false)]
        {
            assert_eq!(filtered.wants_of(EventName::Failed, &task(name, None)), selected, "{name}");
        }
        assert!(!filtered.wants_of(EventName::Failed, &task("db", Some("slot"))));
        for name in EventSet::OF_NO_TASK.names() {
            assert!(!filtered.wants(name), "{name:?}");
        }
        let mixed = bus(&[&["db"], &[]]);
        assert!(mixed.wants_of(EventName::Failed, &task("other", None)));
        assert!(mixed.wants(EventName::Stopped));
    }
}
