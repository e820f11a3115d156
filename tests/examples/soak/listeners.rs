//! Those who listen: quick ones, a slow one with a tiny queue, one that panics now and then. What each of them handled and
//! what it was told it lost must come to what there was to tell.

use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use taskvisor::{Event, EventKind, EventName, EventSet, Subscribe, Subscriber};
use tokio::time::sleep;

use crate::drivers::PATIENT;
use crate::world::ON_PURPOSE;

#[derive(Default)]
pub(crate) struct Listeners {
    /// Who came and went.
    pub(crate) ledger: Heard,
    /// Every attempt, its beginning and its end.
    pub(crate) attempts: Heard,
    /// The ends, by one who is too slow for them.
    pub(crate) slow: Heard,
    /// The ends, by one who panics.
    pub(crate) clumsy: Heard,
    /// Refusals, and the two events of the end.
    pub(crate) refusals: Heard,
    /// The panics of the clumsy one.
    pub(crate) witness: Heard,
}

/// What one listener received.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard(Arc<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    handled: AtomicU64,
    lost: AtomicU64,
    panicked: AtomicU64,
    /// Among those handled: refusals of what was submitted to wait for room.
    patient: AtomicU64,
    /// Among these: those for the lack of room.
    passing: AtomicU64,
}

#[derive(Clone, Copy)]
enum Manner {
    Quick,
    Slow,
    /// Panics over one event in so many.
    Clumsy(u64),
}

struct Listener {
    heard: Heard,
    manner: Manner,
}

impl Listeners {
    pub(crate) fn subscribers(&self) -> Vec<Subscriber> {
        use EventName::*;
        let attempts = &[Started, Succeeded, Failed, TimedOut, Panicked, Canceled, Aborted];
        vec![
            self.ledger.subscriber("ledger", Manner::Quick, 8192, &[Added, Ended, Removed]),
            self.attempts.subscriber("attempts", Manner::Quick, 8192, attempts),
            self.slow.subscriber("slow", Manner::Slow, 4, &[Ended]),
            self.clumsy.subscriber("clumsy", Manner::Clumsy(4999), 1024, &[Ended]),
            self.refusals.subscriber("refusals", Manner::Quick, 8192, &[Refused, ShutdownRequested, Stopped]),
            self.witness.subscriber("witness", Manner::Quick, 1024, &[SubscriberPanicked]),
        ]
    }
}

impl Heard {
    fn subscriber(
        &self,
        name: &'static str,
        manner: Manner,
        queue: usize,
        events: &[EventName],
    ) -> Subscriber {
        let listener = Listener { heard: self.clone(), manner };
        Subscriber::new(listener).with_name(name).with_queue(queue).with_events(EventSet::of(events))
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

    /// What there was to hear.
    pub(crate) fn total(&self) -> u64 {
        self.handled() + self.lost()
    }
}

impl Subscribe for Listener {
    async fn on_event(&mut self, event: &Event) {
        let numbers = &self.heard.0;
        if let EventKind::Lagged { lost } = event.kind {
            numbers.lost.fetch_add(lost, Ordering::Relaxed);
            return;
        }
        let handled = numbers.handled.fetch_add(1, Ordering::Relaxed);
        if let EventKind::Refused { task, reason, .. } = &event.kind {
            let patient = task == PATIENT;
            numbers.patient.fetch_add(u64::from(patient), Ordering::Relaxed);
            numbers.passing.fetch_add(u64::from(patient && reason.contains("too many")), Ordering::Relaxed);
        }
        match self.manner {
            Manner::Quick => {}
            Manner::Slow => sleep(Duration::from_millis(5)).await,
            Manner::Clumsy(steps) if handled % steps == 0 => {
                numbers.panicked.fetch_add(1, Ordering::Relaxed);
                panic_any(ON_PURPOSE);
            }
            Manner::Clumsy(_) => {}
        }
    }
}
