//! `Replace`: a new submission replaces the running one. An operation is one submission, to its outcome.
//!
//! In a storm all are submitted at once, to one slot: the first runs, the last will, all between are superseded. In the
//! other work each is waited for until it runs, so each really stops the one before. Bodies wait for their stop.
//! Included: submitting, stopping, starting, all outcomes. By hand, a slot is a lock around the token of what runs and
//! the one that waits, and a worker. The published crate's names are unique among what runs, and one serves here.

use std::sync::{Arc, Mutex};

use taskvisor::{CancellationToken, ControllerSpec, TaskContext, job};
use tokio::sync::{Notify, oneshot};

use crate::count::{Cost, Meter};
use crate::flavor::Flavor;
use crate::started::{none_started, started, wait_for_started};
use crate::systems::{ours, published as theirs};
use crate::work::{Entry, Shows, System, Work, entry};

pub const WORKS: &[Work] = &[
    replaced(
        "a storm of `Replace`, one slot",
        &[
            entry(System::Raw, 50_000, raw::<false>),
            entry(System::TaskFn, 50_000, task_fn::<false>),
            entry(System::Job, 50_000, declared::<false>),
            entry(System::Published, 5_000, published::<false>),
        ],
    ),
    replaced(
        "`Replace`, each of what runs",
        &[
            entry(System::Raw, 50_000, raw::<true>),
            entry(System::TaskFn, 50_000, task_fn::<true>),
            entry(System::Job, 50_000, declared::<true>),
            entry(System::Published, 5_000, published::<true>),
        ],
    ),
];

const fn replaced(name: &'static str, entries: &'static [Entry]) -> Work {
    Work { group: "Keyed work", name, flavors: Flavor::ALL, shows: Shows::Allocations, entries }
}

#[derive(Debug, PartialEq)]
enum End {
    Superseded,
    Canceled,
}

#[derive(Default)]
struct Slot {
    running: CancellationToken,
    waiting: Option<oneshot::Sender<End>>,
}

fn raw<const EACH: bool>(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let slot = Arc::new((Mutex::new(Slot::default()), Notify::new()));
        let its = Arc::clone(&slot);
        tokio::spawn(async move {
            loop {
                its.1.notified().await;
                let (token, reply) = {
                    let mut slot = its.0.lock().expect("no holder panics");
                    slot.running = CancellationToken::new();
                    (slot.running.clone(), slot.waiting.take())
                };
                let Some(reply) = reply else { continue };
                let attempt = tokio::spawn(async move {
                    started();
                    token.cancelled().await;
                });
                let _ = attempt.await;
                let _ = reply.send(End::Canceled);
            }
        });
        let meter = Meter::start();
        let mut ends = Vec::with_capacity(operations as usize);
        for number in 1..=operations {
            let (reply, end) = oneshot::channel();
            let superseded = {
                let mut slot = slot.0.lock().expect("no holder panics");
                slot.running.cancel();
                slot.waiting.replace(reply)
            };
            slot.1.notify_one();
            if let Some(superseded) = superseded {
                let _ = superseded.send(End::Superseded);
            }
            ends.push(end);
            if EACH {
                wait_for_started(number).await;
            }
        }
        wait_for_started(1).await;
        let mut last = ends.pop();
        while let Some(end) = &mut last {
            // On two workers the last may just be about to start.
            slot.0.lock().expect("no holder panics").running.cancel();
            match end.try_recv() {
                Ok(end) => {
                    assert_eq!(end, End::Canceled);
                    last = None;
                }
                Err(_) => tokio::task::yield_now().await,
            }
        }
        for end in ends {
            assert!(end.await.is_ok());
        }
        meter.stop()
    })
}

fn task_fn<const EACH: bool>(flavor: Flavor, operations: u64) -> Cost {
    let key: Arc<str> = "slot".into();
    none_started();
    flavor.run(async move {
        let supervisor = ours::with_room();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for number in 1..=operations {
            let spec = ControllerSpec::replace(ours::until_canceled("work")).with_slot(Arc::clone(&key));
            handles.push(supervisor.submit(spec).expect("there is room"));
            if EACH {
                wait_for_started(number).await;
            }
        }
        handles.last().expect("there is one").cancel();
        for handle in handles {
            let outcome = handle.outcome().await;
            assert!(outcome.is_canceled() || outcome.is_rejected());
        }
        meter.stop()
    })
}

#[job(slot = "slot-{key}", admission = "replace")]
async fn newest(key: u64, context: TaskContext) {
    assert_eq!(key, 1);
    started();
    context.cancelled().await;
}

fn declared<const EACH: bool>(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let supervisor = ours::with_room();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for number in 1..=operations {
            handles.push(supervisor.submit(newest { key: 1 }).expect("there is room"));
            if EACH {
                wait_for_started(number).await;
            }
        }
        handles.last().expect("there is one").cancel();
        let mut ended = 0;
        for handle in handles {
            let _ = handle.await;
            ended += 1;
        }
        assert_eq!(ended, operations);
        meter.stop()
    })
}

fn published<const EACH: bool>(flavor: Flavor, operations: u64) -> Cost {
    let (key, name): (Arc<str>, Arc<str>) = ("slot".into(), "work".into());
    none_started();
    flavor.run(async move {
        let supervisor = theirs::serve();
        let meter = Meter::start();
        let mut waiters = Vec::with_capacity(operations as usize);
        for number in 1..=operations {
            let task = theirs::until_canceled(Arc::clone(&name));
            let spec = published::ControllerSpec::replace(task).with_slot(Arc::clone(&key));
            waiters.push(supervisor.submit(spec).watch().try_intake().expect("there is room"));
            if EACH {
                wait_for_started(number).await;
            }
        }
        let last = waiters.last().expect("there is one").id();
        supervisor.cancel(last).execute().await.expect("it is there");
        for waiter in waiters {
            assert!(waiter.wait().await.is_ok());
        }
        let cost = meter.stop();
        supervisor.shutdown().await.expect("no task is stuck");
        cost
    })
}
