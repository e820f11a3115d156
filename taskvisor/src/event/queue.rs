//! The bounded queue of one subscriber.
//!
//! Events that do not fit are dropped and counted; the subscriber receives the count at the position of the gap. The queue is
//! drained when `handled` equals `accepted` and no gap is left to report.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::{Event, EventSet};
use crate::sync::Mutex;
use crate::sync::wakers::{WaiterId, Wakers, check_or_register};

#[derive(Debug)]
pub(crate) struct Queue {
    name: String,
    wants: EventSet,
    capacity: usize,
    state: Mutex<QueueState>,
}

#[derive(Debug, Default)]
struct QueueState {
    items: VecDeque<Delivery>,
    /// The number of events dropped since the last item.
    gap: u64,
    accepted: u64,
    handled: u64,
    closed: bool,
    worker: Option<Waker>,
    drained: Wakers,
}

/// An item of the queue.
#[derive(Debug)]
pub(crate) enum Delivery {
    Event(Arc<Event>),
    Gap(u64),
}

impl Queue {
    pub(crate) fn new(name: String, wants: EventSet, capacity: usize) -> Self {
        Self { name, wants, capacity: capacity.max(1), state: Mutex::new(QueueState::default()) }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn wants(&self) -> EventSet {
        self.wants
    }

    /// Enqueues an event, or counts it as dropped. Never waits.
    pub(crate) fn push(&self, event: &Arc<Event>) {
        // The waker is taken out under the lock and called after it: waking runs code of the runtime.
        let worker = {
            let mut state = self.state.lock();
            if state.closed {
                return;
            }
            if state.items.len() >= self.capacity {
                state.gap += 1;
                return;
            }
            // The gap goes first, to keep its position. It may exceed the capacity by one item.
            if state.gap > 0 {
                let gap = std::mem::take(&mut state.gap);
                state.accept(Delivery::Gap(gap));
            }
            state.accept(Delivery::Event(Arc::clone(event)));
            state.worker.take()
        };
        if let Some(worker) = worker {
            worker.wake();
        }
    }

    /// Dequeues the next item. `None` once the queue is closed and empty.
    pub(crate) fn poll_next(&self, context: &Context<'_>) -> Poll<Option<Delivery>> {
        // The replaced waker is dropped after the lock is released: its destructor runs code of the runtime.
        let (polled, _replaced) = {
            let mut state = self.state.lock();
            // Without a later event, the gap is reported once the queue is empty.
            if state.items.is_empty() && state.gap > 0 {
                let gap = std::mem::take(&mut state.gap);
                state.accept(Delivery::Gap(gap));
            }
            match state.items.pop_front() {
                Some(delivery) => (Poll::Ready(Some(delivery)), None),
                None if state.closed => (Poll::Ready(None), None),
                None => (Poll::Pending, state.worker.replace(context.waker().clone())),
            }
        };
        polled
    }

    /// Counts the item that was dequeued last as handled.
    pub(crate) fn handled(&self) {
        let drained = {
            let mut state = self.state.lock();
            state.handled += 1;
            if !state.is_drained() {
                return;
            }
            state.drained.take()
        };
        drained.wake();
    }

    /// Whether a dequeued item is not handled yet.
    #[cfg(feature = "macros")]
    pub(crate) fn is_handling(&self) -> bool {
        let state = self.state.lock();
        state.accepted > state.handled + state.items.len() as u64
    }

    pub(crate) fn is_drained(&self) -> bool {
        self.state.lock().is_drained()
    }

    /// Closes the queue to new events. Those in it can still be dequeued.
    pub(crate) fn close(&self) {
        // Wakes the worker, which ends once the queue is empty.
        let worker = {
            let mut state = self.state.lock();
            state.closed = true;
            state.worker.take()
        };
        if let Some(worker) = worker {
            worker.wake();
        }
    }

    /// Ready once every accepted item is handled and every gap is reported.
    pub(crate) fn poll_drained(&self, waiter: &mut Option<WaiterId>, context: &Context<'_>) -> Poll<()> {
        check_or_register(waiter, context.waker(), |waiter, source| {
            let mut state = self.state.lock();
            if state.is_drained() {
                return Some(Poll::Ready(()));
            }
            // Registers under the lock that checked, so that `handled` cannot drain the queue in between.
            state.drained.register(waiter, source).then_some(Poll::Pending)
        })
    }
}

impl QueueState {
    fn accept(&mut self, delivery: Delivery) {
        self.accepted += 1;
        self.items.push_back(delivery);
    }

    fn is_drained(&self) -> bool {
        self.accepted == self.handled && self.gap == 0
    }
}
