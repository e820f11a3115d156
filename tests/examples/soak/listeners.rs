//! Subscribers: quick ones, a slow one with a tiny queue, and one that panics now and then. For each of them, the
//! handled and the reported lost events must add up to the published events.

use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use taskvisor::{Event, EventKind, EventName, Subscribe, Subscriber};
use tokio::time::sleep;

use crate::drivers::PATIENT;
use crate::world::ON_PURPOSE;

#[derive(Default)]
pub(crate) struct Listeners {
    /// Additions, ends and removals of tasks.
    pub(crate) ledger: Heard,
    /// The start and the end of each attempt.
    pub(crate) attempts: Heard,
    /// The ends of tasks, received by a subscriber that is too slow for them.
    pub(crate) slow: Heard,
    /// The ends of tasks, received by a subscriber that panics.
    pub(crate) clumsy: Heard,
    /// Refusals, and the two events of the shutdown.
    pub(crate) refusals: Heard,
    /// The panics of the clumsy subscriber.
    pub(crate) witness: Heard,
}

/// The counters of one subscriber.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard(Arc<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    handled: AtomicU64,
    lost: AtomicU64,
    panicked: AtomicU64,
    /// Among the handled events: refusals of submissions that wait for room.
    patient: AtomicU64,
    /// Among these: refusals because the queue was full.
    passing: AtomicU64,
}

#[derive(Clone, Copy)]
enum Behavior {
    Quick,
    Slow,
    /// Panics once in this number of events.
    Clumsy(u64),
}

struct Listener {
    heard: Heard,
    behavior: Behavior,
}

impl Listeners {
    pub(crate) fn subscribers(&self) -> Vec<Subscriber> {
        use EventName::*;
        let attempts = &[Started, Succeeded, Failed, TimedOut, Panicked, Canceled, Aborted];
        vec![
            self.ledger.subscriber("ledger", Behavior::Quick, 8192, &[Added, Ended, Removed]),
            self.attempts.subscriber("attempts", Behavior::Quick, 8192, attempts),
            self.slow.subscriber("slow", Behavior::Slow, 4, &[Ended]),
            self.clumsy.subscriber("clumsy", Behavior::Clumsy(4999), 1024, &[Ended]),
            self.refusals.subscriber(
                "refusals",
                Behavior::Quick,
                8192,
                &[Refused, ShutdownRequested, Stopped],
            ),
            self.witness.subscriber("witness", Behavior::Quick, 1024, &[SubscriberPanicked]),
        ]
    }
}

impl Listeners {
    /// The subscribers by their names.
    #[cfg(feature = "metrics")]
    pub(crate) fn all(&self) -> [(&'static str, &Heard); 6] {
        let Self { ledger, attempts, slow, clumsy, refusals, witness } = self;
        [
            ("ledger", ledger),
            ("attempts", attempts),
            ("slow", slow),
            ("clumsy", clumsy),
            ("refusals", refusals),
            ("witness", witness),
        ]
    }
}

impl Heard {
    fn subscriber(
        &self,
        name: &'static str,
        behavior: Behavior,
        queue: usize,
        events: &[EventName],
    ) -> Subscriber {
        let listener = Listener { heard: self.clone(), behavior };
        Subscriber::new(listener).with_name(name).with_queue(queue).with_events(events)
    }

    pub(crate) fn handled(&self) -> u64 {
        self.0.handled.load(Ordering::Relaxed)
    }

    pub(crate) fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    pub(crate) fn panicked(&self) -> u64 {
        self.0.panicked.load(Ordering::Relaxed)
    }

    pub(crate) fn patient(&self) -> u64 {
        self.0.patient.load(Ordering::Relaxed)
    }

    pub(crate) fn passing(&self) -> u64 {
        self.0.passing.load(Ordering::Relaxed)
    }

    /// The number of published events that the subscriber selects.
    pub(crate) fn total(&self) -> u64 {
        self.handled() + self.lost()
    }
}

impl Subscribe for Listener {
    async fn on_event(&mut self, event: &Event) {
        let numbers = &self.heard.0;
        if let EventKind::Lagged { lost, .. } = event.kind {
            numbers.lost.fetch_add(lost, Ordering::Relaxed);
            return;
        }
        let handled = numbers.handled.fetch_add(1, Ordering::Relaxed);
        if let EventKind::Refused { task, reason, .. } = &event.kind {
            let patient = task == PATIENT;
            numbers.patient.fetch_add(u64::from(patient), Ordering::Relaxed);
            numbers.passing.fetch_add(u64::from(patient && reason.contains("too many")), Ordering::Relaxed);
        }
        match self.behavior {
            Behavior::Quick => {}
            Behavior::Slow => sleep(Duration::from_millis(5)).await,
            Behavior::Clumsy(steps) if handled % steps == 0 => {
                numbers.panicked.fetch_add(1, Ordering::Relaxed);
                panic_any(ON_PURPOSE);
            }
            Behavior::Clumsy(_) => {}
        }
    }
}
