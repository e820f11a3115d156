//! One thing that happened, to whom and when.

use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;

use super::EventKind;
use crate::id::TaskId;

/// Whom an event is about, without a copy of the name for every event.
pub(crate) trait Subject: Send + Sync {
    fn name(&self) -> &str;
    fn id(&self) -> TaskId;
}

/// One thing that happened.
///
/// Per task, the events form a word of
/// `Added (Queued Admitted?)? (Started (Succeeded|Failed|TimedOut|Panicked|Canceled|Aborted) Backoff?)* Ended Removed`.
/// Its `Display` is one readable line: `ping#3 failed attempt=2 error="connection refused"`.
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
        Self { task: Some(Arc::new(Imagined(name.into(), TaskId::next()))), ..self }
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
}

struct Imagined(String, TaskId);

impl Subject for Imagined {
    fn name(&self) -> &str {
        &self.0
    }

    fn id(&self) -> TaskId {
        self.1
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.task {
            Some(task) => write!(f, "{}#{} {}", task.name(), task.id(), self.kind),
            None => write!(f, "{}", self.kind),
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
            .field("kind", &self.kind)
            .finish()
    }
}
