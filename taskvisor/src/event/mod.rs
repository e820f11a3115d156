//! Events and their delivery to subscribers.

pub(crate) mod bus;
mod display;
mod kind;
mod lost_events;
mod not_ready;
mod queue;
mod set;
mod synthetic;
mod task_filter;

pub use kind::{EventKind, EventName};
pub use not_ready::NotReadyReason;
pub use set::EventSet;
pub(crate) use task_filter::TaskFilter;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use humantime::format_duration;
use tokio::time::Instant;

use crate::task::TaskId;

/// The task that an event is about. Shared, so that an event does not copy its name.
pub(crate) trait Subject: Send + Sync {
    fn name(&self) -> &str;
    fn id(&self) -> TaskId;
    /// Whether it is an added task. A submission has a label, which other tasks may have too.
    fn holds_name(&self) -> bool;
    /// The slot of a submission.
    fn slot(&self) -> Option<&Arc<str>>;
    /// The name without the number of the instance.
    fn base_name(&self) -> &str;
    /// The number of the instance, if it is one.
    fn instance(&self) -> Option<usize>;
    /// Whether its failure shuts the supervisor down.
    #[cfg(feature = "tracing")]
    fn is_critical(&self) -> bool {
        false
    }
}

/// An event of a task or of the supervisor.
///
/// The events of one task match this pattern:
///
/// ```text
/// Added (Queued Delayed* Admitted?)?
///     (Delayed* Started
///         (Succeeded|Snoozed|Failed|TimedOut|Stalled|Panicked|Canceled|Interrupted|Aborted)
///         (Backoff|RunFailed? GaveUp?))*
///     Delayed* Ended Removed
/// ```
///
/// A task that declares its [readiness](crate::Readiness) also publishes `Ready` and `NotReady`, in turn, anywhere between its first
/// `Started` and `Ended`. A task with [`every`](crate::TaskSpec::with_every) or `cron` publishes `Scheduled` directly before the `Started`
/// of the first attempt of a run, and `Skipped` anywhere between `Added` and `Ended`. `Operated` comes anywhere after `Added`, for each
/// operation on the task.
///
/// `Display` writes one readable line: `ping#3 failed attempt=2 error="connection refused"`. For a submission it includes the
/// slot: `sync_tenant#25 [tenant-42] started attempt=1`. `{:#}` leaves out the task and its slot: `started attempt=1`.
///
/// ```
/// use taskvisor::{Event, EventKind};
///
/// /// The body of a subscriber.
/// fn message(event: &Event) -> Option<String> {
///     match &event.kind {
///         EventKind::Failed { attempt, error, .. } => Some(format!("{:?}, attempt {attempt}: {error}", event.task())),
///         _ => None,
///     }
/// }
///
/// let started = Event::new(EventKind::started(1)).with_task("ping");
/// assert_eq!(message(&started), None);
/// assert_eq!(format!("{started:#}"), "started attempt=1");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Event {
    /// The sequence number, from 1. It orders the events of one task; across tasks it is the order of creation.
    pub seq: u64,
    /// When it happened, on the monotonic clock.
    pub at: Instant,
    /// What happened.
    pub kind: EventKind,
    task: Option<Arc<dyn Subject>>,
}

impl Event {
    pub(crate) fn observed(seq: u64, at: Instant, task: Option<Arc<dyn Subject>>, kind: EventKind) -> Self {
        Self { seq, at, kind, task }
    }

    /// Creates an event for the test of a subscriber. `EventKind` has constructors for the kinds that
    /// tests need most, such as [`EventKind::started`].
    ///
    /// ```
    /// use taskvisor::{Event, EventKind};
    ///
    /// let event = Event::new(EventKind::started(1)).with_task("ping");
    /// assert_eq!(event.task(), Some("ping"));
    /// ```
    #[must_use]
    pub fn new(kind: EventKind) -> Self {
        Self::observed(0, Instant::now(), None, kind)
    }

    /// Sets the task of the event: a synthetic one, with this name and a new id.
    #[must_use]
    pub fn with_task(self, name: impl Into<String>) -> Self {
        let task = SyntheticSubject { name: name.into(), id: TaskId::next(), slot: None, instance_of: None };
        Self { task: Some(Arc::new(task)), ..self }
    }

    /// Makes the event's task an instance with this number: `consume` becomes `consume/2`. Call [`with_task`](Self::with_task) first: it
    /// resets the number.
    ///
    /// ```
    /// use taskvisor::{Event, EventKind};
    ///
    /// let event = Event::new(EventKind::started(1)).with_task("consume").with_instance(2);
    /// assert_eq!((event.task(), event.instance()), (Some("consume/2"), Some(2)));
    /// ```
    #[must_use]
    pub fn with_instance(self, number: usize) -> Self {
        let base = self.task().unwrap_or_default().to_owned();
        let (name, id) = (format!("{base}/{number}"), self.id().unwrap_or_else(TaskId::next));
        let task = SyntheticSubject { name, id, slot: None, instance_of: Some((base, number)) };
        Self { task: Some(Arc::new(task)), ..self }
    }

    /// Sets the slot of the event's task. Call [`with_task`](Self::with_task) first: it resets the slot.
    #[must_use]
    pub fn with_slot(self, slot: impl Into<Arc<str>>) -> Self {
        let name = self.task().unwrap_or_default().to_owned();
        let id = self.id().unwrap_or_else(TaskId::next);
        let task = SyntheticSubject { name, id, slot: Some(slot.into()), instance_of: None };
        Self { task: Some(Arc::new(task)), ..self }
    }

    /// Returns the name of the task that the event is about, if any.
    #[must_use]
    pub fn task(&self) -> Option<&str> {
        self.task.as_deref().map(Subject::name)
    }

    /// Returns the number of the instance that the event is about, from 0. `None` if the event is not about an instance of a task with
    /// [`instances`](crate::TaskSpec::with_instances).
    #[must_use]
    pub fn instance(&self) -> Option<usize> {
        self.task.as_deref().and_then(Subject::instance)
    }

    /// Returns the id of the task that the event is about, if any.
    #[must_use]
    pub fn id(&self) -> Option<TaskId> {
        self.task.as_deref().map(Subject::id)
    }

    /// Returns whether the event is about an accepted submission, such as a job. `false` for an added task, and for an event that is about
    /// no task. A synthetic task ([`with_task`](Self::with_task)) is a submission if it has a slot.
    #[must_use]
    pub fn is_submission(&self) -> bool {
        self.task.as_deref().is_some_and(|task| !task.holds_name())
    }

    /// Returns the slot of the submission that the event is about, or the slot that was cleared. `None` for an added task and for a
    /// submission without a slot.
    #[must_use]
    pub fn slot(&self) -> Option<&str> {
        match (&self.task, &self.kind) {
            (Some(task), _) => task.slot().map(|slot| &**slot),
            (None, EventKind::Refused { slot, .. } | EventKind::Operated { slot, .. }) => slot.as_deref(),
            (None, _) => None,
        }
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn subject(&self) -> Option<&Arc<dyn Subject>> {
        self.task.as_ref()
    }

    /// Whether the filter selects the task of the event.
    #[cfg(feature = "macros")]
    pub(crate) fn is_selected_by(&self, tasks: &TaskFilter) -> bool {
        tasks.selects(self.task.as_deref())
    }
}

struct SyntheticSubject {
    name: String,
    id: TaskId,
    slot: Option<Arc<str>>,
    /// The base name, and the number of the instance.
    instance_of: Option<(String, usize)>,
}

impl Subject for SyntheticSubject {
    fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> TaskId {
        self.id
    }

    fn holds_name(&self) -> bool {
        self.slot.is_none()
    }

    fn slot(&self) -> Option<&Arc<str>> {
        self.slot.as_ref()
    }

    fn base_name(&self) -> &str {
        self.instance_of.as_ref().map_or(&self.name, |(base, _)| base)
    }

    fn instance(&self) -> Option<usize> {
        self.instance_of.as_ref().map(|(_, index)| *index)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(task) = self.task.as_ref().filter(|_| !f.alternate()) {
            write!(f, "{}#{} ", task.name(), task.id())?;
            if let Some(slot) = task.slot() {
                write!(f, "[{slot}] ")?;
            }
        }
        self.kind.fmt(f)?;
        match &self.kind {
            EventKind::Delayed { since, .. } => {
                // Rounded down to whole seconds, because timers fire a little late.
                let waited = Duration::from_secs(self.at.saturating_duration_since(*since).as_secs());
                write!(f, " waited={}", format_duration(waited))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("seq", &self.seq)
            .field("at", &self.at)
            .field("task", &self.task())
            .field("id", &self.id())
            .field("slot", &self.slot())
            .field("kind", &self.kind)
            .finish()
    }
}
