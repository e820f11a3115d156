//! What happened, published to subscribers.

pub(crate) mod bus;
mod kind;
mod queue;
mod set;

pub use kind::{EventKind, EventName};
pub use set::EventSet;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use humantime::format_duration;
use tokio::time::Instant;

use crate::task::TaskId;

/// Whom an event is about, without a copy of the name for every event.
pub(crate) trait Subject: Send + Sync {
    fn name(&self) -> &str;
    fn id(&self) -> TaskId;
    /// The slot of a submission.
    fn slot(&self) -> Option<&Arc<str>>;
}

/// One thing that happened.
///
/// Per task, the events form a word of
/// `Added (Queued Delayed* Admitted?)? (Delayed* Started (Succeeded|Failed|TimedOut|Panicked|Canceled|Aborted) Backoff?)* Delayed* Ended Removed`.
/// Its `Display` is one readable line: `ping#3 failed attempt=2 error="connection refused"`. That of a submission has its slot
/// in brackets: `sync_tenant#25 [tenant-42] started attempt=1`.
#[derive(Clone)]
#[non_exhaustive]
pub struct Event {
    /// Orders the events of one task; across tasks it is the order in which they were made. From 1.
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

    /// An event that was not observed but made up, to call a subscriber with in a test.
    ///
    /// ```
    /// use taskvisor::{Event, EventKind};
    ///
    /// let event = Event::new(EventKind::Started { attempt: 1 }).with_task("ping");
    /// assert_eq!(event.task(), Some("ping"));
    /// ```
    #[must_use]
    pub fn new(kind: EventKind) -> Self {
        Self::observed(0, Instant::now(), None, kind)
    }

    /// The same event, about a task of this name that does not exist.
    #[must_use]
    pub fn with_task(self, name: impl Into<String>) -> Self {
        let task = Imagined { name: name.into(), id: TaskId::next(), slot: None };
        Self { task: Some(Arc::new(task)), ..self }
    }

    /// The same event, about a submission to this slot. After [`with_task`](Self::with_task), which gives it a name.
    #[must_use]
    pub fn with_slot(self, slot: impl Into<Arc<str>>) -> Self {
        let name = self.task().unwrap_or_default().to_owned();
        let task = Imagined { name, id: self.id().unwrap_or_else(TaskId::next), slot: Some(slot.into()) };
        Self { task: Some(Arc::new(task)), ..self }
    }

    /// The name of the task it is about, if it is about one.
    #[must_use]
    pub fn task(&self) -> Option<&str> {
        self.task.as_deref().map(Subject::name)
    }

    /// The id of the task it is about, if it is about one.
    #[must_use]
    pub fn id(&self) -> Option<TaskId> {
        self.task.as_deref().map(Subject::id)
    }

    /// The slot of the submission it is about. Nothing for an added task, and for a submission without a slot.
    #[must_use]
    pub fn slot(&self) -> Option<&str> {
        match (&self.task, &self.kind) {
            (Some(task), _) => task.slot().map(|slot| &**slot),
            (None, EventKind::Refused { slot, .. }) => slot.as_deref(),
            (None, _) => None,
        }
    }
}

struct Imagined {
    name: String,
    id: TaskId,
    slot: Option<Arc<str>>,
}

impl Subject for Imagined {
    fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> TaskId {
        self.id
    }

    fn slot(&self) -> Option<&Arc<str>> {
        self.slot.as_ref()
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(task) = &self.task {
            write!(f, "{}#{} ", task.name(), task.id())?;
            if let Some(slot) = task.slot() {
                write!(f, "[{slot}] ")?;
            }
        }
        self.kind.fmt(f)?;
        match &self.kind {
            EventKind::Delayed { since, .. } => {
                // Whole seconds: the timers of the runtime are a little late.
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
