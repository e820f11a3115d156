//! The subscriber that fills the ring.

use std::sync::Arc;

use taskvisor::{Event, EventKind, Outcome, StopCause, Subscribe, Subscriber};

use super::ring::EventRing;

/// The capacity of the queue.
///
/// Events arrive in bursts, and the worker may have to wait for a thread meanwhile, because bodies block threads. The start of 5,000 tasks at
/// once publishes 10,000 events, their end 15,000. A full queue takes up 256 KiB, and the events that are waiting.
const QUEUE: usize = 16_384;

/// Writes each event into the ring. It never waits.
pub(super) struct Recorder(Arc<EventRing>);

impl Recorder {
    pub(super) fn new(ring: Arc<EventRing>) -> Self {
        Self(ring)
    }

    pub(super) fn into_subscriber(self) -> Subscriber {
        // Without an open page nothing shows these events. An application that only adds a dashboard keeps its failures on stderr.
        Subscriber::new(self).with_name("dashboard").with_queue(QUEUE).with_failures_on_stderr()
    }
}

impl Subscribe for Recorder {
    async fn on_event(&mut self, event: &Event) {
        self.0.record(event);
    }
}

/// The worker drops the recorder after the last event, or with the runtime. A supervisor whose last task has ended by itself publishes no
/// `ShutdownRequested`, and even that event can be lost in a full queue.
impl Drop for Recorder {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Whether a shutdown was requested before this event. Not only `ShutdownRequested`, which can be lost in a full queue: a stream that
/// does not end would hold up the shutdown of its server.
pub(super) fn announces_shutdown(kind: &EventKind) -> bool {
    match kind {
        EventKind::ShutdownRequested | EventKind::StillStopping { .. } | EventKind::Stopped => true,
        EventKind::Ended { outcome: Outcome::Canceled { cause, .. }, .. } => *cause == StopCause::Shutdown,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
