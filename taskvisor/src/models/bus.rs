//! Models of the bus: one event for several subscribers, and the drain of all of them.

use std::future::poll_fn;
use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::{block_on, cell, explore, explore_within, join, poll_once};
use crate::event::bus::{Batch, Bus, Delivery, Queue};
use crate::event::{EventKind, EventName, EventSet};

fn queues() -> [Arc<Queue>; 2] {
    ["one", "other"].map(|name| Arc::new(Queue::new(name.to_owned(), EventSet::ALL, 4)))
}

/// Runs a worker that records the sequence number and the attempt of each event.
fn run_worker(queue: &Queue) -> Vec<(u64, u64)> {
    let (mut batch, mut delivered) = (Batch::with_limit(2), Vec::new());
    while let Some(delivery) = block_on(poll_fn(|context| queue.poll_delivery(&mut batch, context))) {
        if let Delivery::Event(event) = delivery {
            if let EventKind::Started { attempt } = event.kind {
                delivered.push((event.seq, attempt));
            }
        }
        queue.finish_delivery(&batch);
    }
    delivered
}

/// `publish` × `publish`: every event has its own number, and both subscribers get the events of one task in order.
#[test]
fn two_publishers_give_every_event_its_own_number() {
    explore(|| {
        let queues = queues();
        let bus = Arc::new(Bus::new(queues.to_vec()));
        let (now, task) = (Instant::now(), cell("task", Instant::now()));
        let other = {
            let bus = Arc::clone(&bus);
            thread::spawn(move || bus.publish(now, None, EventKind::Started { attempt: 9 }))
        };
        for attempt in [1, 2] {
            bus.publish(now, Some(Arc::clone(&task) as _), EventKind::Started { attempt });
        }
        join(other);
        bus.close();
        let [mut one, mut other] = queues.map(|queue| run_worker(&queue));
        for delivered in [&one, &other] {
            let own: Vec<_> = delivered.iter().filter(|(_, attempt)| *attempt < 9).collect();
            assert!(own[0].0 < own[1].0 && own[0].1 < own[1].1, "{delivered:?}");
        }
        one.sort_unstable();
        other.sort_unstable();
        assert_eq!(one, other, "two subscribers received different events");
        assert_eq!(one.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3]);
    });
}

/// `close`, `drained` × two workers: the bus is drained once both have handled what they took.
#[test]
fn the_bus_is_drained_once_every_subscriber_is() {
    explore_within(3, || {
        let queues = queues();
        let bus = Arc::new(Bus::new(queues.to_vec()));
        assert!(bus.wants(EventName::Started));
        let workers = queues.each_ref().map(|queue| {
            let queue = Arc::clone(queue);
            thread::spawn(move || run_worker(&queue).len())
        });
        bus.publish(Instant::now(), None, EventKind::Started { attempt: 1 });
        bus.close();
        block_on(bus.drained());
        for queue in &queues {
            let mut id = None;
            let drained = poll_once(|context| queue.poll_drained(&mut id, context));
            assert!(drained.is_ready(), "the bus was drained before one of its queues");
        }
        for worker in workers {
            assert_eq!(join(worker), 1);
        }
    });
}
