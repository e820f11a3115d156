//! The way of an event to the subscribers: straight into the queue of each, without a task between.
//!
//! Nothing in the registry, the cells or the actors reads the bus, so that no subscriber can change what tasks do.

use std::future::poll_fn;
use std::sync::Arc;

use tokio::time::Instant;

pub(crate) use super::queue::{Delivery, Queue};

use super::{Event, EventKind, EventName, EventSet, Subject};
use crate::sync::{AtomicU64, Ordering};

#[derive(Debug)]
pub(crate) struct Bus {
    queues: Box<[Arc<Queue>]>,
    wanted: EventSet,
    sequence: AtomicU64,
    panics: AtomicU64,
}

impl Bus {
    pub(crate) fn new(queues: Vec<Arc<Queue>>) -> Self {
        let wanted = queues.iter().fold(EventSet::NONE, |all, queue| all.union(queue.wants()));
        Self { queues: queues.into(), wanted, sequence: AtomicU64::new(0), panics: AtomicU64::new(0) }
    }

    /// Whether anybody wants such an event. What nobody wants need not be built.
    pub(crate) fn wants(&self, name: EventName) -> bool {
        self.wanted.contains(name)
    }

    /// Sends an event to everybody who wants it; never waits.
    pub(crate) fn publish(&self, at: Instant, task: Option<Arc<dyn Subject>>, kind: EventKind) {
        self.send(at, task, kind, None);
    }

    /// Tells everybody but the subscriber itself that it panicked.
    pub(crate) fn publish_panic(&self, source: &Queue, message: String) {
        if self.wants(EventName::SubscriberPanicked) {
            let kind = EventKind::SubscriberPanicked { subscriber: source.name().to_owned(), message };
            self.send(Instant::now(), None, kind, Some(source));
        }
    }

    /// The event that tells one subscriber of a gap.
    pub(crate) fn lagged(&self, lost: u64) -> Event {
        Event::observed(self.number(), Instant::now(), None, EventKind::Lagged { lost })
    }

    /// Takes no more events.
    pub(crate) fn close(&self) {
        for queue in &self.queues {
            queue.close();
        }
    }

    /// The subscribers that are at an event.
    #[cfg(feature = "macros")]
    pub(crate) fn handling(&self) -> Vec<&str> {
        self.queues.iter().filter(|queue| queue.is_handling()).map(|queue| queue.name()).collect()
    }

    /// Waits until every subscriber has handled what its queue accepted.
    pub(crate) async fn drained(&self) {
        for queue in &self.queues {
            let mut place = None;
            poll_fn(|context| queue.poll_drained(&mut place, context)).await;
        }
    }

    /// Counts a panic of a subscriber, whether or not an event says so.
    pub(crate) fn count_panic(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }

    /// The subscribers that have not handled what their queues accepted.
    pub(crate) fn undrained(&self) -> Vec<String> {
        let undrained = self.queues.iter().filter(|queue| !queue.is_drained());
        undrained.map(|queue| queue.name().to_owned()).collect()
    }

    /// Whether every subscriber has handled what its queue accepted.
    pub(crate) fn is_drained(&self) -> bool {
        self.queues.iter().all(|queue| queue.is_drained())
    }

    fn send(&self, at: Instant, task: Option<Arc<dyn Subject>>, kind: EventKind, source: Option<&Queue>) {
        let name = kind.name();
        let event = Arc::new(Event::observed(self.number(), at, task, kind));
        for queue in &self.queues {
            let is_source = source.is_some_and(|source| std::ptr::eq(source, &**queue));
            if queue.wants().contains(name) && !is_source {
                queue.push(&event);
            }
        }
    }

    fn number(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed) + 1
    }
}
