//! Keyed work: slots, admissions, jobs.

use std::hint::black_box;
use std::sync::Arc;

use taskvisor::{Config, ControllerConfig, ControllerSpec, Supervisor, job};
use tokio::sync::{mpsc, oneshot};

use super::{on_one_thread, once, supervisor};
use crate::count::{Cost, Meter};

/// By hand: a channel and a worker for each key, and a reply for each piece of work.
pub(super) fn slots_raw(operations: u64) -> Cost {
    on_one_thread(async {
        let workers: Vec<_> = (0..64)
            .map(|_| {
                let (sender, mut receiver) = mpsc::unbounded_channel::<oneshot::Sender<u64>>();
                tokio::spawn(async move {
                    while let Some(reply) = receiver.recv().await {
                        let _ = reply.send(black_box(1));
                    }
                });
                sender
            })
            .collect();
        let meter = Meter::start();
        let mut replies = Vec::with_capacity(operations as usize);
        for number in 0..operations {
            let (reply, value) = oneshot::channel();
            workers[number as usize % 64].send(reply).expect("the worker is there");
            replies.push(value);
        }
        for reply in replies {
            black_box(reply.await.is_ok());
        }
        meter.stop()
    })
}

fn keys() -> Vec<Arc<str>> {
    (0..64).map(|number| format!("slot-{number}").into()).collect()
}

fn with_room() -> Supervisor {
    let room = ControllerConfig { per_slot: 1_000_000, in_all: 1_000_000 };
    Supervisor::builder(Config::default()).controller(room).build()
}

pub(super) fn slots(operations: u64) -> Cost {
    let keys = keys();
    on_one_thread(async {
        let supervisor = with_room();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for number in 0..operations {
            let spec = ControllerSpec::queue(once("work")).with_slot(Arc::clone(&keys[number as usize % 64]));
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

pub(super) fn slots_jobs(operations: u64) -> Cost {
    on_one_thread(async {
        let supervisor = with_room();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for number in 0..operations {
            handles.push(supervisor.submit(answer { key: number % 64 }).expect("there is room"));
        }
        for handle in handles {
            assert!(handle.await.is_ok());
        }
        meter.stop()
    })
}

pub(super) fn idle_slot(operations: u64) -> Cost {
    let key: Arc<str> = "slot".into();
    on_one_thread(async {
        let supervisor = supervisor();
        let meter = Meter::start();
        for _ in 0..operations {
            let spec = ControllerSpec::queue(once("work")).with_slot(Arc::clone(&key));
            let handle = supervisor.submit(spec).expect("the slot is idle");
            assert!(handle.outcome().await.is_completed());
        }
        meter.stop()
    })
}
