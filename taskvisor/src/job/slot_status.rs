//! Snapshots of slots.

use std::sync::Arc;

use tokio::time::Instant;

use crate::runtime::registry::slot::Admission;
use crate::task::TaskId;

/// A snapshot of a taken slot.
///
/// ```
/// use taskvisor::{Config, ControllerSpec, Supervisor, TaskContext, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// for name in ["first", "second"] {
///     let task = TaskFn::arc(name, |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
///     supervisor.submit(ControllerSpec::queue(TaskSpec::once(task)).with_slot("tenant-42"))?;
/// }
/// let slots = supervisor.slots();
/// assert_eq!((&*slots[0].key, &*slots[0].owner), ("tenant-42", "first"));
/// assert_eq!(slots[0].waiting[0].name, "second");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SlotStatus {
    /// Its key.
    pub key: Arc<str>,
    /// The name of its oldest owner: of the submission that runs in it, or has done so longest.
    pub owner: String,
    /// The id of its oldest owner.
    pub owner_id: TaskId,
    /// When its oldest owner acquired it, on the monotonic clock.
    pub since: Instant,
    /// How many owners it has at most: the smallest [`capacity`](crate::ControllerSpec::with_capacity) of its owners.
    pub capacity: usize,
    /// The other owners, in the order in which they acquired it. Empty for a slot of capacity 1.
    pub more_owners: Vec<SlotOwner>,
    /// The submissions that wait for it, in the order in which they will run.
    pub waiting: Vec<SlotWaiter>,
}

/// A submission that owns a slot beside an older owner.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SlotOwner {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: TaskId,
    /// When it acquired the slot, on the monotonic clock.
    pub since: Instant,
}

/// A submission that waits for a slot.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SlotWaiter {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: TaskId,
    /// Its admission.
    pub admission: Admission,
    /// When it was queued, on the monotonic clock.
    pub since: Instant,
}
