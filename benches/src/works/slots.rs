//! Keyed work: 20,000 pieces over 1, 64 or 10,000 keys, one at a time for each key; all are submitted, then all results
//! are awaited, in order.
//!
//! Included: creating the submission and its key, submitting, waiting for the slot, running, the result. By hand there
//! is a channel and a worker for each key, with a reply for each piece; the actors are the same. These are there
//! before, and their keys are numbers: it is known which there are, and no name is made or looked up. A `#[job]`
//! formats its key and returns a value; a `ControllerSpec` has a key made beforehand, and an outcome without a value.
//! So has the published crate.

use std::hint::black_box;
use std::sync::Arc;

use taskvisor::{ControllerSpec, job};
use tokio::sync::{mpsc, oneshot};

use crate::count::{Cost, Meter};
use crate::flavor::Flavor;
use crate::systems::{kameo as with_kameo, ours, published as theirs, ractor as with_ractor};
use crate::work::{Entry, Shows, System, Work, entry};

const MANY: u64 = 20_000;

pub const WORKS: &[Work] = &[
    over(
        "1 slot, queued, to outcome",
        &[
            entry(System::Raw, MANY, raw::<1>),
            entry(System::TaskFn, MANY, task_fn::<1>),
            entry(System::Job, MANY, declared::<1>),
            entry(System::Published, MANY, published::<1>),
            entry(System::Ractor, MANY, ractor::<1>),
            entry(System::Kameo, MANY, kameo::<1>),
        ],
    ),
    over(
        "64 slots, queued, to outcome",
        &[
            entry(System::Raw, MANY, raw::<64>),
            entry(System::TaskFn, MANY, task_fn::<64>),
            entry(System::Job, MANY, declared::<64>),
            entry(System::Published, MANY, published::<64>),
            entry(System::Ractor, MANY, ractor::<64>),
            entry(System::Kameo, MANY, kameo::<64>),
        ],
    ),
    over(
        "10,000 slots, queued, to outcome",
        &[
            entry(System::Raw, MANY, raw::<10_000>),
            entry(System::TaskFn, MANY, task_fn::<10_000>),
            entry(System::Job, MANY, declared::<10_000>),
            entry(System::Published, MANY, published::<10_000>),
            entry(System::Ractor, MANY, ractor::<10_000>),
            entry(System::Kameo, MANY, kameo::<10_000>),
        ],
    ),
];

const fn over(name: &'static str, entries: &'static [Entry]) -> Work {
    Work { group: "Keyed work", name, flavors: Flavor::ALL, shows: Shows::Allocations, entries }
}

fn keys(slots: usize) -> Vec<Arc<str>> {
    (0..slots).map(|number| format!("slot-{number}").into()).collect()
}

fn raw<const SLOTS: usize>(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let workers: Vec<_> = (0..SLOTS)
            .map(|_| {
                let (sender, mut receiver) = mpsc::unbounded_channel::<(u64, oneshot::Sender<u64>)>();
                tokio::spawn(async move {
                    while let Some((key, reply)) = receiver.recv().await {
                        let _ = reply.send(black_box(key));
                    }
                });
                sender
            })
            .collect();
        let meter = Meter::start();
        let mut replies = Vec::with_capacity(operations as usize);
        for number in 0..operations {
            let key = number % SLOTS as u64;
            let (reply, value) = oneshot::channel();
            workers[key as usize].send((key, reply)).expect("the worker is there");
            replies.push(value);
        }
        for reply in replies {
            black_box(reply.await.expect("the worker is there"));
        }
        meter.stop()
    })
}

fn task_fn<const SLOTS: usize>(flavor: Flavor, operations: u64) -> Cost {
    let keys = keys(SLOTS);
    flavor.run(async move {
        let supervisor = ours::with_room();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for number in 0..operations {
            let key = Arc::clone(&keys[number as usize % SLOTS]);
            let spec = ControllerSpec::queue(ours::once("work")).with_slot(key);
            handles.push(supervisor.submit(spec).expect("there is room"));
        }
        for handle in handles {
            assert!(handle.outcome().await.is_completed());
        }
        meter.stop()
    })
}

#[job(slot = "slot-{key}", queue = 1_000_000)]
async fn answer(key: u64) -> u64 {
    black_box(key)
}

fn declared<const SLOTS: usize>(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let supervisor = ours::with_room();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for number in 0..operations {
            let key = number % SLOTS as u64;
            handles.push(supervisor.submit(answer { key }).expect("there is room"));
        }
        for handle in handles {
            black_box(handle.await.expect("it returns"));
        }
        meter.stop()
    })
}

/// `try_intake` is its way in that waits for nothing; its queues have room for all.
fn published<const SLOTS: usize>(flavor: Flavor, operations: u64) -> Cost {
    let keys = keys(SLOTS);
    let name: Arc<str> = "work".into();
    flavor.run(async move {
        let supervisor = theirs::serve();
        let meter = Meter::start();
        let mut waiters = Vec::with_capacity(operations as usize);
        for number in 0..operations {
            let key = Arc::clone(&keys[number as usize % SLOTS]);
            // Its names are unique among what runs, so in other slots it needs other names: the key serves.
            let name = if SLOTS == 1 { Arc::clone(&name) } else { Arc::clone(&key) };
            let spec = published::ControllerSpec::queue(theirs::once(name)).with_slot(key);
            waiters.push(supervisor.submit(spec).watch().try_intake().expect("there is room"));
        }
        for waiter in waiters {
            assert!(matches!(waiter.wait().await, Ok(published::TaskOutcome::Completed)));
        }
        let cost = meter.stop();
        supervisor.shutdown().await.expect("no task is stuck");
        cost
    })
}

fn ractor<const SLOTS: usize>(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let mut actors = Vec::with_capacity(SLOTS);
        for _ in 0..SLOTS {
            actors.push(with_ractor::idle().await);
        }
        let meter = Meter::start();
        let mut replies = Vec::with_capacity(operations as usize);
        for number in 0..operations {
            let key = number % SLOTS as u64;
            // Does what `call` does, without waiting for the reply.
            let (reply, value) = ractor::concurrency::oneshot();
            let question = with_ractor::Question(key, reply.into());
            actors[key as usize].send_message(question).expect("the actor is there");
            replies.push(value);
        }
        for reply in replies {
            black_box(reply.await.expect("the actor is there"));
        }
        meter.stop()
    })
}

fn kameo<const SLOTS: usize>(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let actors: Vec<_> = (0..SLOTS).map(|_| with_kameo::idle()).collect();
        for actor in &actors {
            actor.wait_for_startup().await;
        }
        let meter = Meter::start();
        let mut replies = Vec::with_capacity(operations as usize);
        for number in 0..operations {
            let key = number % SLOTS as u64;
            let question = actors[key as usize].ask(with_kameo::Question(key));
            replies.push(question.enqueue().await.expect("the actor is there"));
        }
        for reply in replies {
            black_box(reply.await.expect("the actor is there"));
        }
        meter.stop()
    })
}
