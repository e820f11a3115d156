//! The bounded queue of one subscriber.
//!
//! Events that do not fit are dropped and counted; the subscriber receives the count at the position of the gap. The queue is
//! drained when `handled` equals `accepted` and no gap is left to report.
//!
//! The worker dequeues a [`Batch`] of deliveries under one lock, handles them one after the other without the lock, and counts
//! them as handled under one lock. A publisher cannot tell a batch from single deliveries:
//!
//! | delivery | takes up capacity | `accepted` | `handled` |
//! |---|---|---|---|
//! | in `items` | yes | counted | |
//! | in the batch, not started | yes | counted | |
//! | started | no | counted | |
//! | handled, its batch is not finished | no | counted | |
//! | handled, its batch is finished | no | counted | counted |

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::lost_events::LostEvents;
use super::{Event, EventName, EventSet, Subject, TaskFilter};
use crate::sync::wakers::{WaiterId, Wakers, check_or_register};
use crate::sync::{AtomicBool, AtomicUsize, Mutex, Ordering};

#[derive(Debug)]
pub(crate) struct Queue {
    name: String,
    wants: EventSet,
    tasks: TaskFilter,
    capacity: usize,
    state: Mutex<QueueState>,
    /// The number of deliveries of the batch that are not started. Only the worker writes it.
    unstarted: AtomicUsize,
    /// Whether the worker is handling a delivery. Only the worker writes it.
    handling: AtomicBool,
    lost: LostEvents,
}

#[derive(Debug, Default)]
struct QueueState {
    items: VecDeque<Delivery>,
    /// The number of events dropped since the last item.
    gap: u64,
    accepted: u64,
    handled: u64,
    /// The size of the batch that the worker took out. Zero once that is handled.
    batch: usize,
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

/// Deliveries that the worker of a queue has dequeued and not started yet.
///
/// A batch that is dropped with its worker leaves the queue undrained, as items of the queue do.
#[derive(Debug)]
pub(crate) struct Batch {
    deliveries: VecDeque<Delivery>,
    limit: usize,
}

impl Batch {
    /// The maximum size of a batch. The share of a delivery in two locks is then about one nanosecond, and a publisher waits
    /// at most for the move of 32 deliveries of 16 bytes.
    const LIMIT: usize = 32;

    pub(crate) fn new() -> Self {
        Self::with_limit(Self::LIMIT)
    }

    /// Creates a batch with a limit of its own. Models use it to have several batches of few events.
    pub(crate) fn with_limit(limit: usize) -> Self {
        Self { deliveries: VecDeque::with_capacity(limit), limit }
    }
}

impl Queue {
    pub(crate) fn new(name: String, wants: EventSet, capacity: usize) -> Self {
        Self {
            name,
            wants,
            tasks: TaskFilter::default(),
            capacity: capacity.max(1),
            state: Mutex::new(QueueState::default()),
            unstarted: AtomicUsize::new(0),
            handling: AtomicBool::new(false),
            lost: LostEvents::default(),
        }
    }

    /// Counts the lost events for the metrics too.
    pub(crate) fn count_losses(mut self) -> Self {
        self.lost = LostEvents::of(&self.name);
        self
    }

    /// Restricts the queue to the events of these tasks.
    pub(crate) fn with_tasks(mut self, tasks: TaskFilter) -> Self {
        if !tasks.is_empty() {
            self.wants = self.wants.difference(EventSet::OF_NO_TASK);
        }
        Self { tasks, ..self }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn wants(&self) -> EventSet {
        self.wants
    }

    /// Whether it receives the events of selected tasks only.
    pub(crate) fn is_filtered(&self) -> bool {
        !self.tasks.is_empty()
    }

    /// Whether it receives an event of this name of this task.
    pub(crate) fn selects(&self, name: EventName, task: Option<&dyn Subject>) -> bool {
        self.wants.contains(name) && self.tasks.selects(task)
    }

    /// Enqueues an event, or counts it as dropped. Never waits.
    pub(crate) fn push(&self, event: &Arc<Event>) {
        // The waker is taken out under the lock and called after it: waking runs code of the runtime.
        let worker = {
            let mut state = self.state.lock();
            if state.closed {
                return;
            }
            if self.is_full(&state) {
                state.gap += 1;
                drop(state);
                return self.lost.count();
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

    /// Whether the capacity is taken up by items and by deliveries of the batch that are not started.
    fn is_full(&self, state: &QueueState) -> bool {
        let queued = state.items.len();
        // `batch` is an upper bound of `unstarted`. It comes first, because the worker writes `unstarted` for every delivery:
        // a read on another core misses the cache.
        //
        // Relaxed: the value at the start of a batch is stored under the lock that is held here, so no older value is read.
        // From there it only falls until the batch is finished. A late read therefore drops an event that would just have
        // fitted, and never accepts one too many. A publisher that learned from the handler that a delivery was started reads
        // that value or a later one.
        queued + state.batch >= self.capacity
            && queued + self.unstarted.load(Ordering::Relaxed) >= self.capacity
    }

    /// Starts the next delivery of the batch. Takes the next batch if it is empty. `None` once the queue is closed and empty.
    ///
    /// Each delivery is followed by a call of [`finish_delivery`](Self::finish_delivery).
    pub(crate) fn poll_delivery(&self, batch: &mut Batch, context: &Context<'_>) -> Poll<Option<Delivery>> {
        if batch.deliveries.is_empty() && self.poll_batch(batch, context).is_pending() {
            return Poll::Pending;
        }
        let delivery = batch.deliveries.pop_front();
        if delivery.is_some() {
            // Relaxed, both: `is_full` says why for the first one. The second one is read for a message of the watchdog, which
            // takes no decision on it.
            self.unstarted.store(batch.deliveries.len(), Ordering::Relaxed);
            self.handling.store(true, Ordering::Relaxed);
        }
        Poll::Ready(delivery)
    }

    /// Takes up to `limit` items. Leaves the batch empty if the queue is closed and empty.
    fn poll_batch(&self, batch: &mut Batch, context: &Context<'_>) -> Poll<()> {
        // The replaced waker is dropped after the lock is released: its destructor runs code of the runtime.
        let (polled, _replaced) = {
            let mut state = self.state.lock();
            // Without a later event, the gap is reported once the queue is empty.
            if state.items.is_empty() && state.gap > 0 {
                let gap = std::mem::take(&mut state.gap);
                state.accept(Delivery::Gap(gap));
            }
            let size = state.items.len().min(batch.limit);
            for _ in 0..size {
                batch.deliveries.extend(state.items.pop_front());
            }
            state.batch = size;
            // Stored under the lock: the items that leave the queue take up capacity without interruption.
            self.unstarted.store(size, Ordering::Relaxed);
            if size > 0 || state.closed {
                (Poll::Ready(()), None)
            } else {
                (Poll::Pending, state.worker.replace(context.waker().clone()))
            }
        };
        polled
    }

    /// Finishes the delivery that was started last. With the last one of the batch, counts the whole batch as handled.
    pub(crate) fn finish_delivery(&self, batch: &Batch) {
        // Relaxed: see `poll_delivery`.
        self.handling.store(false, Ordering::Relaxed);
        // The count decides only whether the queue is drained, and it is not while a delivery of the batch is left.
        if batch.deliveries.is_empty() {
            self.finish_batch();
        }
    }

    // Called at once after the last delivery, and not with the next batch: the worker may yield in between, and the drain would
    // wait until a thread is free for it.
    fn finish_batch(&self) {
        // The wakers are taken out under the lock and called after it: waking runs code of the runtime.
        let drained = {
            let mut state = self.state.lock();
            state.handled += std::mem::take(&mut state.batch) as u64;
            if !state.is_drained() {
                return;
            }
            state.drained.take()
        };
        drained.wake();
    }

    /// Whether the worker is handling a delivery. A worker that has yielded with a batch is not.
    #[cfg(feature = "macros")]
    pub(crate) fn is_handling(&self) -> bool {
        // Relaxed: see `poll_delivery`.
        self.handling.load(Ordering::Relaxed)
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
            // Registers under the lock that checked, so that `finish_batch` cannot drain the queue in between.
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
