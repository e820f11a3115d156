//! Models of a subscriber's queue: push, take, lose, close, drain.

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

fn pushes<const N: usize>(queue: &Arc<Queue>, numbers: [u64; N]) -> thread::JoinHandle<()> {
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

/// A subscriber: the numbers of the events that it handled, and how many it was told were lost.
#[derive(Clone, Default)]
struct Subscriber(Arc<Mutex<Handed>>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Handed {
    events: Vec<u64>,
    lost: u64,
}

impl Subscriber {
    fn handle(&self, delivery: &Delivery) {
        let mut handed = self.0.lock().expect("nobody panics");
        match delivery {
            Delivery::Event(event) => handed.events.push(event.seq),
            Delivery::Gap(lost) => handed.lost += lost,
        }
    }

    /// Handles everything, on a thread of its own, until the queue is closed and empty.
    fn works(&self, queue: &Arc<Queue>) -> thread::JoinHandle<Handed> {
        let (subscriber, queue) = (self.clone(), Arc::clone(queue));
        thread::spawn(move || {
            while let Some(delivery) = next(&queue) {
                subscriber.handle(&delivery);
                queue.handled();
            }
            subscriber.handed()
        })
    }

    fn handed(&self) -> Handed {
        self.0.lock().expect("nobody panics").clone()
    }
}

fn works(queue: &Arc<Queue>) -> thread::JoinHandle<Handed> {
    Subscriber::default().works(queue)
}

fn wait_until_drained(queue: &Queue) {
    let mut place = None;
    block_on(poll_fn(|context| queue.poll_drained(&mut place, context)));
}

/// `push` × `push` × `poll_next`, `handled`: of what two push, everything is handled or told as lost, once.
#[test]
fn every_event_is_handled_or_told_as_lost() {
    explore(|| {
        let queue = queue(1);
        let worker = works(&queue);
        let other = pushes(&queue, [1]);
        push(&queue, 2);
        join(other);
        queue.close();
        let Handed { events, lost } = join(worker);
        assert_eq!(events.len() as u64 + lost, 2);
        assert!([&[1][..], &[2], &[1, 2], &[2, 1]].contains(&&*events), "{events:?}");
    });
}

/// `push` × `poll_next`: what one pushes arrives in its order, and each gap is told at its place, with its size.
#[test]
fn a_gap_is_told_at_its_place() {
    explore(|| {
        let queue = queue(1);
        let worker = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                let mut expected = 1;
                while let Some(delivery) = next(&queue) {
                    match delivery {
                        Delivery::Event(event) => {
                            assert_eq!(event.seq, expected, "not at the place of the gap");
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
        assert_eq!(join(worker), 5, "neither handled nor told as lost");
    });
}

/// `push` × `close` × `poll_next`: what the closed queue refused is not handled, what it took before is, and the worker
/// ends.
#[test]
fn what_is_pushed_while_it_closes_is_handled_or_refused() {
    explore(|| {
        let queue = queue(2);
        let worker = works(&queue);
        let pushing = pushes(&queue, [1, 2]);
        queue.close();
        let handed = join(worker);
        assert!([&[][..], &[1], &[1, 2]].contains(&&*handed.events), "{handed:?}");
        assert_eq!(handed.lost, 0);
        join(pushing);
        push(&queue, 3);
        assert!(next(&queue).is_none(), "something came after the end");
    });
}

/// `handled` × `poll_drained`: drained is when the last one was handled, not when it was taken.
#[test]
fn drained_means_handled() {
    explore(|| {
        let queue = queue(1);
        push(&queue, 1);
        let subscriber = Subscriber::default();
        let worker = {
            let (subscriber, queue) = (subscriber.clone(), Arc::clone(&queue));
            thread::spawn(move || {
                let delivery = next(&queue).expect("it is not closed");
                thread::yield_now();
                subscriber.handle(&delivery);
                queue.handled();
            })
        };
        wait_until_drained(&queue);
        assert_eq!(subscriber.handed().events, [1], "it was still being handled");
        join(worker);
    });
}

/// `push` that loses × `poll_next`, `handled` × `close`, `poll_drained`: drained is when every gap was told too.
#[test]
fn drained_means_that_every_gap_was_told() {
    explore(|| {
        let queue = queue(1);
        let subscriber = Subscriber::default();
        push(&queue, 1);
        push(&queue, 2);
        let worker = subscriber.works(&queue);
        push(&queue, 3);
        queue.close();
        wait_until_drained(&queue);
        let Handed { events, lost } = subscriber.handed();
        assert_eq!(events.len() as u64 + lost, 3);
        join(worker);
    });
}

/// `push` × `close`, `poll_drained` × `poll_next`, `handled`: nothing is handled after it was closed and drained.
#[test]
fn nothing_comes_after_the_drain() {
    explore_within(4, || {
        let queue = queue(1);
        let subscriber = Subscriber::default();
        let worker = subscriber.works(&queue);
        let pushing = pushes(&queue, [1, 2]);
        queue.close();
        wait_until_drained(&queue);
        let handed = subscriber.handed();
        join(pushing);
        assert_eq!(join(worker), handed, "handled after the drain");
    });
}
