//! Models of a subscriber's queue: push, poll, overflow, close, drain.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};

use loom::thread;
use tokio::time::Instant;

use super::{block_on, explore, explore_within, join};
use crate::event::bus::{Delivery, Queue};
use crate::event::{Event, EventKind, EventSet};

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

fn next(queue: &Queue) -> Option<Delivery> {
    block_on(poll_fn(|context| queue.poll_next(context)))
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
            while let Some(delivery) = next(&queue) {
                subscriber.handle(&delivery);
                queue.handled();
            }
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

/// `push` × `push` × `poll_next`, `handled`: every event of two publishers is handled or reported as lost, once.
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

/// `push` × `poll_next`: the events of one publisher arrive in order, and each gap is reported at its place, with its size.
#[test]
fn a_gap_is_reported_at_its_place() {
    explore(|| {
        let queue = queue(1);
        let worker = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                let mut expected = 1;
                while let Some(delivery) = next(&queue) {
                    match delivery {
                        Delivery::Event(event) => {
                            assert_eq!(event.seq, expected, "a gap was not reported at its place");
                            expected += 1;
                        }
                        Delivery::Gap(lost) => expected += lost,
                    }
                    queue.handled();
                }
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

/// `push` × `close` × `poll_next`: events that were pushed before the close are handled, later ones are dropped, and the
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
        assert!(next(&queue).is_none(), "a closed queue accepted an event");
    });
}

/// `handled` × `poll_drained`: a queue is drained once the last event is handled, not once it is taken.
#[test]
fn drained_means_handled() {
    explore(|| {
        let queue = queue(1);
        push(&queue, 1);
        let subscriber = Subscriber::default();
        let worker = {
            let (subscriber, queue) = (subscriber.clone(), Arc::clone(&queue));
            thread::spawn(move || {
                let delivery = next(&queue).expect("the queue is not closed");
                thread::yield_now();
                subscriber.handle(&delivery);
                queue.handled();
            })
        };
        wait_until_drained(&queue);
        assert_eq!(subscriber.delivered().events, [1], "the event is still being handled");
        join(worker);
    });
}

/// `push` to a full queue × `poll_next`, `handled` × `close`, `poll_drained`: a queue is drained once every gap is
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

/// `push` × `close`, `poll_drained` × `poll_next`, `handled`: no event is handled after the queue is closed and drained.
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
