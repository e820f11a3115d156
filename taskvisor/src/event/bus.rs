//! Delivers events to subscribers: directly into the queue of each, without a task in between.
//!
//! The registry, the cells and the actors only write to the bus, so a subscriber cannot affect tasks.

use std::future::poll_fn;
use std::sync::Arc;

use tokio::time::Instant;

#[cfg(feature = "metrics")]
pub(crate) use super::lost_events::EVENTS_LOST;
pub(crate) use super::queue::{Batch, Delivery, Queue};

use super::{Event, EventKind, EventName, EventSet, Subject};
use crate::sync::{AtomicU64, Ordering};

#[derive(Debug)]
pub(crate) struct Bus {
    queues: Box<[Arc<Queue>]>,
    wanted: EventSet,
    /// Whether a queue receives the events of selected tasks only.
    is_filtered: bool,
    sequence: AtomicU64,
    panics: AtomicU64,
}

impl Bus {
    pub(crate) fn new(queues: Vec<Arc<Queue>>) -> Self {
        let wanted = queues.iter().fold(EventSet::NONE, |all, queue| all.union(queue.wants()));
        Self {
            wanted,
            is_filtered: queues.iter().any(|queue| queue.is_filtered()),
            queues: queues.into(),
            sequence: AtomicU64::new(0),
            panics: AtomicU64::new(0),
        }
    }

    /// Whether a subscriber wants events of this name. Callers check it first, and build no event in vain.
    pub(crate) fn wants(&self, name: EventName) -> bool {
        self.wanted.contains(name)
    }

    /// Whether a subscriber wants an event of this name of this task. Call it after [`wants`](Self::wants).
    #[inline]
    pub(crate) fn wants_of(&self, name: EventName, task: &dyn Subject) -> bool {
        !self.is_filtered || self.is_selected(name, task)
    }

    #[cold]
    fn is_selected(&self, name: EventName, task: &dyn Subject) -> bool {
        self.queues.iter().any(|queue| queue.selects(name, Some(task)))
    }

    /// Publishes an event to all subscribers that want it. Never waits.
    pub(crate) fn publish(&self, at: Instant, task: Option<Arc<dyn Subject>>, kind: EventKind) {
        self.send(at, task, kind, None);
    }

    /// Publishes the panic of a subscriber to all others. That subscriber is excluded, because it may panic again.
    pub(crate) fn publish_panic(&self, source: &Queue, message: String) {
        if self.wants(EventName::SubscriberPanicked) {
            let kind = EventKind::SubscriberPanicked { subscriber: source.name().to_owned(), message };
            self.send(Instant::now(), None, kind, Some(source));
        }
    }

    /// Creates the event that reports a gap to one subscriber.
    pub(crate) fn lagged(&self, lost: u64) -> Event {
        Event::observed(self.next_sequence(), Instant::now(), None, EventKind::Lagged { lost })
    }

    /// Closes all queues: later events are discarded.
    pub(crate) fn close(&self) {
        for queue in &self.queues {
            queue.close();
        }
    }

    /// Returns the subscribers that are handling an event.
    #[cfg(feature = "macros")]
    pub(crate) fn handling(&self) -> Vec<&str> {
        self.queues.iter().filter(|queue| queue.is_handling()).map(|queue| queue.name()).collect()
    }

    /// Waits until every subscriber has handled all events of its queue.
    pub(crate) async fn drained(&self) {
        for queue in &self.queues {
            // One after the other: a drained queue stays drained, because the bus is closed before.
            let mut waiter = None;
            poll_fn(|context| queue.poll_drained(&mut waiter, context)).await;
        }
    }

    /// Counts a panic of a subscriber for the report.
    pub(crate) fn count_panic(&self) {
        // Relaxed: a counter. A report after the drain sees all panics, because the end of a
        // batch takes the queue's lock after its panics.
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }

    /// Returns the subscribers that have not handled all events of their queues.
    pub(crate) fn undrained(&self) -> Vec<String> {
        let undrained = self.queues.iter().filter(|queue| !queue.is_drained());
        undrained.map(|queue| queue.name().to_owned()).collect()
    }

    /// Whether every subscriber has handled all events of its queue.
    pub(crate) fn is_drained(&self) -> bool {
        self.queues.iter().all(|queue| queue.is_drained())
    }

    fn send(&self, at: Instant, task: Option<Arc<dyn Subject>>, kind: EventKind, source: Option<&Queue>) {
        let name = kind.name();
        // One allocation, shared by all queues.
        let event = Arc::new(Event::observed(self.next_sequence(), at, task, kind));
        for queue in &self.queues {
            let is_source = source.is_some_and(|source| std::ptr::eq(source, &**queue));
            if queue.selects(name, event.task.as_deref()) && !is_source {
                queue.push(&event);
            }
        }
    }

    fn next_sequence(&self) -> u64 {
        // Relaxed: each number is unique by atomicity. The events of one task are published one after the other, so their
        // numbers ascend without further ordering.
        self.sequence.fetch_add(1, Ordering::Relaxed) + 1
    }
}
