//! Models of a subscriber's queue: push, take, lose, drain.

use std::future::poll_fn;
use std::sync::Arc;

use loom::future::block_on;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;

use super::explore;
use crate::bus::{Delivery, Queue};
use crate::events::{Event, EventKind, EventSet};

fn event() -> Arc<Event> {
    Arc::new(Event::new(EventKind::Stopped))
}

/// A worker that counts what it is handed: events and lost ones.
fn work(queue: &Queue) -> (u64, u64) {
    let (mut events, mut lost) = (0, 0);
    while let Some(delivery) = block_on(poll_fn(|context| queue.poll_next(context))) {
        match delivery {
            Delivery::Event(_) => events += 1,
            Delivery::Gap(count) => lost += count,
        }
        queue.handled();
    }
    (events, lost)
}

#[test]
fn every_event_is_handled_or_told_as_lost() {
    explore(|| {
        let queue = Arc::new(Queue::new("subscriber".to_owned(), EventSet::ALL, 1));
        let worker = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || work(&queue))
        };
        queue.push(&event());
        queue.push(&event());
        queue.close();
        let (events, lost) = worker.join().expect("it returns");
        assert_eq!(events + lost, 2);
        assert!(events >= 1);
    });
}

#[test]
fn drained_means_handled() {
    explore(|| {
        let queue = Arc::new(Queue::new("subscriber".to_owned(), EventSet::ALL, 1));
        let done = Arc::new(AtomicBool::new(false));
        queue.push(&event());
        let worker = {
            let (queue, done) = (Arc::clone(&queue), Arc::clone(&done));
            thread::spawn(move || {
                let delivery = block_on(poll_fn(|context| queue.poll_next(context)));
                done.store(true, Ordering::Release);
                queue.handled();
                delivery
            })
        };
        let mut place = None;
        block_on(poll_fn(|context| queue.poll_drained(&mut place, context)));
        assert!(done.load(Ordering::Acquire), "it was still being handled");
        assert!(matches!(worker.join(), Ok(Some(Delivery::Event(_)))));
    });
}
