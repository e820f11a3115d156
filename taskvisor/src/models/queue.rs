//! Models of a subscriber's queue: push, batches, overflow, close, drain.
//!
//! Workers take batches of at most [`LIMIT`] deliveries, so that three of them make two batches.

use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use loom::thread;
use tokio::time::Instant;

use super::{block_on, explore, explore_within, join, poll_once};
use crate::event::bus::{Batch, Delivery, Queue};
use crate::event::{Event, EventKind, EventSet};

const LIMIT: usize = 2;

/// Batches of one delivery, for models of other parts: their workers need not keep the batch.
impl Queue {
    pub(crate) fn poll_next(&self, context: &Context<'_>) -> Poll<Option<Delivery>> {
        self.poll_delivery(&mut Batch::with_limit(1), context)
    }

    pub(crate) fn handled(&self) {
        self.finish_delivery(&Batch::with_limit(1));
    }
}

fn queue(capacity: usize) -> Arc<Queue> {
    Arc::new(Queue::new("subscriber".to_owned(), EventSet::ALL, capacity))
}

fn push(queue: &Queue, number: u64) {
    queue.push(&Arc::new(Event::observed(number, Instant::now(), None, EventKind::Stopped)));
}

/// Pushes events on another thread.
fn spawn_push<const N: usize>(queue: &Arc<Queue>, numbers: [u64; N]) -> thread::JoinHandle<()> {
    let queue = Arc::clone(queue);
    thread::spawn(move || {
        for number in numbers {
            push(&queue, number);
        }
    })
}

fn next(queue: &Queue, batch: &mut Batch) -> Option<Delivery> {
    block_on(poll_fn(|context| queue.poll_delivery(batch, context)))
}

/// Calls `handle` for all deliveries, until the queue is closed and empty.
fn run_worker(queue: &Queue, mut handle: impl FnMut(Delivery)) {
    let mut batch = Batch::with_limit(LIMIT);
    while let Some(delivery) = next(queue, &mut batch) {
        handle(delivery);
        queue.finish_delivery(&batch);
    }
}

/// A subscriber that records its deliveries.
#[derive(Clone, Default)]
struct Subscriber(Arc<Mutex<Delivered>>);

/// The numbers of the handled events, and the number of events reported as lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Delivered {
    events: Vec<u64>,
    lost: u64,
}

impl Subscriber {
    fn handle(&self, delivery: &Delivery) {
        let mut delivered = self.0.lock().expect("the lock is not poisoned");
        match delivery {
            Delivery::Event(event) => delivered.events.push(event.seq),
            Delivery::Gap(lost) => delivered.lost += lost,
        }
    }

    /// Handles all deliveries on another thread, until the queue is closed and empty.
    fn spawn_worker(&self, queue: &Arc<Queue>) -> thread::JoinHandle<Delivered> {
        let (subscriber, queue) = (self.clone(), Arc::clone(queue));
        thread::spawn(move || {
            run_worker(&queue, |delivery| subscriber.handle(&delivery));
            subscriber.delivered()
        })
    }

    fn delivered(&self) -> Delivered {
        self.0.lock().expect("the lock is not poisoned").clone()
    }
}

fn spawn_worker(queue: &Arc<Queue>) -> thread::JoinHandle<Delivered> {
    Subscriber::default().spawn_worker(queue)
}

fn wait_until_drained(queue: &Queue) {
    let mut id = None;
    block_on(poll_fn(|context| queue.poll_drained(&mut id, context)));
}

/// `push` × `push` × `poll_delivery`, `finish_delivery`: every event of two publishers is handled or reported as lost, once.
#[test]
fn every_event_is_handled_or_reported_as_lost() {
    explore(|| {
        let queue = queue(1);
        let worker = spawn_worker(&queue);
        let other = spawn_push(&queue, [1]);
        push(&queue, 2);
        join(other);
        queue.close();
        let Delivered { events, lost } = join(worker);
        assert_eq!(events.len() as u64 + lost, 2);
        assert!([&[1][..], &[2], &[1, 2], &[2, 1]].contains(&&*events), "{events:?}");
    });
}

/// `push` × `poll_delivery`: the events of one publisher arrive in order, and each gap is reported at its place, with its size.
#[test]
fn a_gap_is_reported_at_its_place() {
    explore(|| {
        let queue = queue(1);
        let worker = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                let mut expected = 1;
                run_worker(&queue, |delivery| match delivery {
                    Delivery::Event(event) => {
                        assert_eq!(event.seq, expected, "a gap was not reported at its place");
                        expected += 1;
                    }
                    Delivery::Gap(lost) => expected += lost,
                });
                expected
            })
        };
        for number in 1..=4 {
            push(&queue, number);
        }
        queue.close();
        assert_eq!(join(worker), 5, "an event was neither handled nor reported as lost");
    });
}

/// `push` × `close` × `poll_delivery`: events that were pushed before the close are handled, later ones are dropped, and the
/// worker ends.
#[test]
fn an_event_pushed_during_the_close_is_handled_or_dropped() {
    explore(|| {
        let queue = queue(2);
        let worker = spawn_worker(&queue);
        let pushing = spawn_push(&queue, [1, 2]);
        queue.close();
        let delivered = join(worker);
        assert!([&[][..], &[1], &[1, 2]].contains(&&*delivered.events), "{delivered:?}");
        assert_eq!(delivered.lost, 0);
        join(pushing);
        push(&queue, 3);
        assert!(next(&queue, &mut Batch::with_limit(LIMIT)).is_none(), "a closed queue accepted an event");
    });
}

/// `finish_delivery` × `poll_drained`: a queue is drained once the last event of a batch is handled, not once the batch is taken
/// or its first event is handled.
#[test]
fn drained_means_handled() {
    explore(|| {
        let queue = queue(2);
        push(&queue, 1);
        push(&queue, 2);
        let subscriber = Subscriber::default();
        let worker = {
            let (subscriber, queue) = (subscriber.clone(), Arc::clone(&queue));
            thread::spawn(move || {
                let mut batch = Batch::with_limit(LIMIT);
                for _ in 0..2 {
                    let delivery = next(&queue, &mut batch).expect("the queue is not closed");
                    thread::yield_now();
                    subscriber.handle(&delivery);
                    queue.finish_delivery(&batch);
                }
            })
        };
        wait_until_drained(&queue);
        assert_eq!(subscriber.delivered().events, [1, 2], "the batch is still being handled");
        join(worker);
    });
}

/// `push` × `poll_delivery`: events in the queue and unstarted ones of the batch never exceed the capacity together. A gap in
/// front of an event takes up one more place.
#[test]
fn the_capacity_counts_unstarted_events_of_the_batch() {
    const CAPACITY: usize = 2;
    explore_within(4, || {
        let queue = queue(CAPACITY);
        // Counted before the call that starts a delivery: an upper bound of the deliveries that a publisher can see started.
        let started = Arc::new(AtomicUsize::new(0));
        push(&queue, 1);
        push(&queue, 2);
        let worker = {
            let (queue, started) = (Arc::clone(&queue), Arc::clone(&started));
            thread::spawn(move || {
                let (mut batch, mut deliveries) = (Batch::with_limit(LIMIT), Vec::new());
                loop {
                    started.fetch_add(1, Ordering::SeqCst);
                    let Some(delivery) = next(&queue, &mut batch) else { return deliveries };
                    deliveries.push(delivery);
                    queue.finish_delivery(&batch);
                }
            })
        };
        let started_at = [3, 4, 5].map(|number| {
            push(&queue, number);
            started.load(Ordering::SeqCst)
        });
        queue.close();
        let deliveries = join(worker);
        let (mut events, mut lost, mut after_gap) = (0, 0, 0);
        for (place, delivery) in deliveries.iter().enumerate() {
            match delivery {
                Delivery::Event(event) => {
                    events += 1;
                    if let Some(pushed) = (event.seq as usize).checked_sub(3) {
                        let room = CAPACITY + started_at[pushed] + after_gap;
                        assert!(place < room, "{deliveries:?}, started {started_at:?}");
                    }
                    after_gap = 0;
                }
                Delivery::Gap(gap) => {
                    lost += gap;
                    after_gap = 1;
                }
            }
        }
        assert_eq!(events + lost, 5);
    });
}

/// `push` after an event was started × `finish_delivery`, `poll_delivery`: the place of that event is free.
#[test]
fn a_started_event_frees_its_place() {
    explore(|| {
        let queue = queue(2);
        push(&queue, 1);
        push(&queue, 2);
        let mut batch = Batch::with_limit(LIMIT);
        let mut delivered = vec![next(&queue, &mut batch)];
        // The spawn orders the start of the first event before the push, as a message of the handler would.
        let pushing = spawn_push(&queue, [3]);
        queue.finish_delivery(&batch);
        delivered.push(next(&queue, &mut batch));
        queue.finish_delivery(&batch);
        join(pushing);
        delivered.push(next(&queue, &mut batch));
        queue.finish_delivery(&batch);
        let numbers = delivered.iter().map(|delivery| match delivery {
            Some(Delivery::Event(event)) => event.seq,
            _ => 0,
        });
        assert_eq!(numbers.collect::<Vec<_>>(), [1, 2, 3], "an event was dropped that had room");
        assert!(queue.is_drained());
    });
}

/// A worker that is dropped in a batch × `push` × `close`, `poll_drained`: the queue stays undrained.
#[test]
fn a_batch_that_is_dropped_leaves_the_queue_undrained() {
    explore(|| {
        let queue = queue(2);
        push(&queue, 1);
        push(&queue, 2);
        let worker = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                let mut batch = Batch::with_limit(LIMIT);
                assert!(next(&queue, &mut batch).is_some());
                queue.finish_delivery(&batch);
            })
        };
        let pushing = spawn_push(&queue, [3]);
        queue.close();
        let is_drained = || {
            let mut id = None;
            poll_once(|context| queue.poll_drained(&mut id, context)).is_ready()
        };
        assert!(!is_drained());
        join(worker);
        join(pushing);
        assert!(!is_drained(), "an event of the dropped batch counts as handled");
    });
}

/// `push` to a full queue × `poll_delivery`, `finish_delivery` × `close`, `poll_drained`: a queue is drained once every gap is
/// reported.
#[test]
fn drained_means_that_every_gap_was_reported() {
    explore(|| {
        let queue = queue(1);
        let subscriber = Subscriber::default();
        push(&queue, 1);
        push(&queue, 2);
        let worker = subscriber.spawn_worker(&queue);
        push(&queue, 3);
        queue.close();
        wait_until_drained(&queue);
        let Delivered { events, lost } = subscriber.delivered();
        assert_eq!(events.len() as u64 + lost, 3);
        join(worker);
    });
}

/// `push` × `close`, `poll_drained` × `poll_delivery`, `finish_delivery`: no event is handled after the queue is closed
/// and drained.
#[test]
fn no_event_is_handled_after_the_drain() {
    explore_within(4, || {
        let queue = queue(1);
        let subscriber = Subscriber::default();
        let worker = subscriber.spawn_worker(&queue);
        let pushing = spawn_push(&queue, [1, 2]);
        queue.close();
        wait_until_drained(&queue);
        let delivered = subscriber.delivered();
        join(pushing);
        assert_eq!(join(worker), delivered, "an event was handled after the drain");
    });
}
