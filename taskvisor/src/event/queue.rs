//! The bounded queue of one subscriber.
//!
//! What does not fit is lost, counted, and told at the place of the gap. `accepted` and `handled` say when everything
//! that was accepted has been handled.

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
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Delivery>,
    /// Lost since the last item.
    gap: u64,
    accepted: u64,
    handled: u64,
    closed: bool,
    worker: Option<Waker>,
    drained: Wakers,
}

/// What a subscriber is handed.
#[derive(Debug)]
pub(crate) enum Delivery {
    Event(Arc<Event>),
    Gap(u64),
}

impl Queue {
    pub(crate) fn new(name: String, wants: EventSet, capacity: usize) -> Self {
        Self { name, wants, capacity: capacity.max(1), state: Mutex::new(State::default()) }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn wants(&self) -> EventSet {
        self.wants
    }

    pub(crate) fn push(&self, event: &Arc<Event>) {
        let worker = {
            let mut state = self.state.lock();
            if state.closed {
                return;
            }
            if state.items.len() >= self.capacity {
                state.gap += 1;
                return;
            }
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

    /// The next delivery; `None` once closed and empty.
    pub(crate) fn poll_next(&self, context: &Context<'_>) -> Poll<Option<Delivery>> {
        let (polled, _replaced) = {
            let mut state = self.state.lock();
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

    /// The delivery that was handed out last is handled.
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

    /// Whether a delivery was handed out and is not handled yet.
    #[cfg(feature = "macros")]
    pub(crate) fn is_handling(&self) -> bool {
        let state = self.state.lock();
        state.accepted > state.handled + state.items.len() as u64
    }

    pub(crate) fn is_drained(&self) -> bool {
        self.state.lock().is_drained()
    }

    /// Takes nothing more; what is in it is still handed out.
    pub(crate) fn close(&self) {
        let worker = {
            let mut state = self.state.lock();
            state.closed = true;
            state.worker.take()
        };
        if let Some(worker) = worker {
            worker.wake();
        }
    }

    /// Ready when everything that was accepted is handled and every gap told.
    pub(crate) fn poll_drained(&self, place: &mut Option<WaiterId>, context: &Context<'_>) -> Poll<()> {
        check_or_register(place, context.waker(), |place, visitor| {
            let mut state = self.state.lock();
            if state.is_drained() {
                return Some(Poll::Ready(()));
            }
            state.drained.register(place, visitor).then_some(Poll::Pending)
        })
    }
}

impl State {
    fn accept(&mut self, delivery: Delivery) {
        self.accepted += 1;
        self.items.push_back(delivery);
    }

    fn is_drained(&self) -> bool {
        self.accepted == self.handled && self.gap == 0
    }
}
