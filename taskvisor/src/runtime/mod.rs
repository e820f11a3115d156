//! The task runtime: the state of each task, the actor that runs it, and the registry of all tasks.

pub(crate) mod actor;
pub(crate) mod body;
pub(crate) mod cell;
pub(crate) mod current_task;
pub(crate) mod dependency;
pub(crate) mod failure_window;
pub(crate) mod health;
pub(crate) mod instances;
pub(crate) mod instrument;
pub(crate) mod limits;
#[cfg(feature = "controller")]
pub(crate) mod recent_jobs;
pub(crate) mod registry;
pub(crate) mod schedule;
pub(crate) mod shared;
pub(crate) mod startable;
pub(crate) mod startup_set;
pub(crate) mod subscriber;
pub(crate) mod tally;
pub(crate) mod task_selector;

/// Every parked task pays for these two. A larger size needs the next larger block: of Tokio's above 152 bytes, of the allocator
/// above 232 (measured: 6 % more instructions for a one-shot task).
#[cfg(all(test, not(taskvisor_loom), target_pointer_width = "64"))]
mod tests {
    #[test]
    fn an_actor_and_a_cell_stay_within_their_allocations() {
        assert!(size_of::<super::actor::TaskActor>() <= 152);
        assert!(size_of::<super::cell::TaskCell>() <= 232);
    }

    /// `expires` is in the padding of a queue entry, and its timer replaces the one of the reports.
    #[test]
    fn a_waiting_submission_and_a_slot_keep_their_size() {
        use super::registry::Work;
        use super::registry::slot::{QueuedSubmission, SlotQueue};
        type Task = std::sync::Arc<super::cell::TaskCell>;
        assert!(size_of::<QueuedSubmission<Task, Work>>() <= 112);
        assert!(size_of::<SlotQueue<Task, Work>>() <= 192);
    }
}
