//! The events of the tasks, as a second subscriber beside that of the dashboard receives them.

use std::sync::{Arc, Mutex};

use taskvisor::{Config, Event, EventKind, Subscribe, Subscriber, Supervisor, SupervisorBuilder};

use crate::phases::endless;
use crate::support::{Server, eventually};

/// The events of a supervisor: the task, and the event.
#[derive(Clone, Default)]
pub(crate) struct Recorded(Arc<Mutex<Vec<(String, EventKind)>>>);

impl Subscribe for Recorded {
    async fn on_event(&mut self, event: &Event) {
        let task = event.task().unwrap_or_default().to_owned();
        self.0.lock().expect("no panic").push((task, event.kind.clone()));
    }
}

impl Recorded {
    /// A supervisor whose events are recorded.
    pub(crate) fn builder() -> (Self, SupervisorBuilder) {
        let recorded = Self::default();
        let subscriber = Subscriber::new(recorded.clone());
        (recorded, Supervisor::builder(Config::default()).subscriber(subscriber))
    }

    /// Waits until all events up to now are recorded, and takes them.
    async fn take(&self, server: &Server) -> Vec<(String, EventKind)> {
        const LAST: &str = "the last of the recorded tasks";
        let last = server.supervisor.add_task(endless(LAST)).expect("its name is free");
        let is_last = |(task, _): &(String, EventKind)| task == LAST;
        eventually(|| self.0.lock().expect("no panic").iter().any(is_last)).await;
        last.cancel();
        last.outcome().await;
        let mut events = std::mem::take(&mut *self.0.lock().expect("no panic"));
        events.retain(|event| !is_last(event));
        events
    }

    /// Takes the operations: `work pause by on-call`.
    pub(crate) async fn operations(&self, server: &Server) -> Vec<String> {
        let events = self.take(server).await;
        let described = events.iter().filter_map(|(task, kind)| match kind {
            EventKind::Operated { action, by, .. } => {
                Some(format!("{task} {action} by {}", by.as_deref().unwrap_or("no label")))
            }
            _ => None,
        });
        described.collect()
    }

    /// Takes the number of all events.
    pub(crate) async fn count(&self, server: &Server) -> usize {
        self.take(server).await.len()
    }
}
