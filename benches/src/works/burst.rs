//! One-shots in bursts: all are added, then all ends are awaited, in order.
//!
//! Included: making the tasks and their names (`format!`), adding, running, awaiting. Raw Tokio, jobs without a slot
//! and actors have no names to make. The published crate's `add` waits for its registry's decision; 32 adds at a time
//! are polled together, as in its benchmark of pipelined adds, which is faster than one after the other and than 256.

use std::hint::black_box;

use futures_util::future::join_all;
use ractor::Actor;
use taskvisor::{CancellationToken, TaskError, job};

use crate::count::{Cost, Meter};
use crate::flavor::Flavor;
use crate::systems::{
    kameo as with_kameo, ours, published as theirs, ractor as with_ractor, task_supervisor,
};
use crate::work::{Entry, Shows, System, Work, entry};

pub const WORKS: &[Work] = &[
    burst(
        "a burst of 1,000, formatted names",
        &[
            entry(System::Raw, 1_000, raw),
            entry(System::TaskFn, 1_000, task_fn),
            entry(System::Job, 1_000, declared_job),
            entry(System::Published, 1_000, published),
            entry(System::TaskSupervisor, 1_000, supervised),
            entry(System::Ractor, 1_000, ractor),
            entry(System::Kameo, 1_000, kameo),
        ],
    ),
    burst(
        "a burst of 20,000, formatted names",
        &[
            entry(System::Raw, 20_000, raw),
            entry(System::TaskFn, 20_000, task_fn),
            entry(System::Job, 20_000, declared_job),
            entry(System::Published, 20_000, published),
            entry(System::TaskSupervisor, 20_000, supervised),
            entry(System::Ractor, 20_000, ractor),
            entry(System::Kameo, 20_000, kameo),
        ],
    ),
    burst(
        "a burst of 100,000, formatted names",
        &[
            entry(System::Raw, 100_000, raw),
            entry(System::TaskFn, 100_000, task_fn),
            entry(System::Job, 100_000, declared_job),
            entry(System::Published, 100_000, published),
            entry(System::TaskSupervisor, 100_000, supervised),
            entry(System::Ractor, 100_000, ractor),
            entry(System::Kameo, 100_000, kameo),
        ],
    ),
];

const fn burst(name: &'static str, entries: &'static [Entry]) -> Work {
    Work { group: "One-shots", name, flavors: Flavor::ALL, shows: Shows::Allocations, entries }
}

fn raw(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let stop = CancellationToken::new();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for _ in 0..operations {
            let token = stop.child_token();
            handles.push(tokio::spawn(async move {
                black_box(token.is_cancelled());
                Ok::<(), TaskError>(())
            }));
        }
        for handle in handles {
            assert!(handle.await.is_ok_and(|result| result.is_ok()));
        }
        meter.stop()
    })
}

fn task_fn(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let supervisor = ours::supervisor();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for number in 0..operations {
            let spec = ours::once(format!("task-{number}"));
            handles.push(supervisor.add_task(spec).expect("the name is free"));
        }
        for handle in handles {
            assert!(handle.outcome().await.is_completed());
        }
        meter.stop()
    })
}

#[job]
async fn of_a_burst() {}

fn declared_job(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let supervisor = ours::supervisor();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for _ in 0..operations {
            handles.push(supervisor.submit(of_a_burst {}).expect("there is room"));
        }
        for handle in handles {
            assert!(handle.await.is_ok());
        }
        meter.stop()
    })
}

fn published(flavor: Flavor, operations: u64) -> Cost {
    const AT_ONCE: u64 = 32;
    flavor.run(async move {
        let supervisor = theirs::serve_plain();
        let meter = Meter::start();
        let mut waiters = Vec::with_capacity(operations as usize);
        for first in (0..operations).step_by(AT_ONCE as usize) {
            let last = operations.min(first + AT_ONCE);
            let specs = (first..last).map(|number| theirs::once(format!("task-{number}")));
            let adds = specs.map(|spec| supervisor.add(spec).watch().execute());
            waiters.extend(join_all(adds).await.into_iter().map(|waiter| waiter.expect("the name is free")));
        }
        for waiter in waiters {
            assert!(matches!(waiter.wait().await, Ok(published::TaskOutcome::Completed)));
        }
        let cost = meter.stop();
        supervisor.shutdown().await.expect("no task is stuck");
        cost
    })
}

/// `add_task` returns when the task runs; its request can only be made by polling it, so here too 32 are polled at
/// once.
fn supervised(flavor: Flavor, operations: u64) -> Cost {
    const AT_ONCE: u64 = 32;
    flavor.run(async move {
        let supervisor = task_supervisor::spawn();
        let (once, mut ends) = task_supervisor::Once::new();
        let meter = Meter::start();
        for first in (0..operations).step_by(AT_ONCE as usize) {
            let last = operations.min(first + AT_ONCE);
            let (supervisor, once) = (&supervisor, &once);
            let adds = (first..last).map(|number| async move {
                supervisor.add_task(&format!("task-{number}"), once.clone()).await.expect("the name is free");
            });
            join_all(adds).await;
        }
        for _ in 0..operations {
            ends.recv().await.expect("it ends");
        }
        meter.stop()
    })
}

fn ractor(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let meter = Meter::start();
        let mut ends = Vec::with_capacity(operations as usize);
        for _ in 0..operations {
            let (_, end) = Actor::spawn(None, with_ractor::Once, ()).await.expect("it starts");
            ends.push(end);
        }
        for end in ends {
            end.await.expect("it does not panic");
        }
        meter.stop()
    })
}

fn kameo(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let meter = Meter::start();
        let ends: Vec<_> = (0..operations).map(|_| with_kameo::once()).collect();
        for end in ends {
            assert!(end.await);
        }
        meter.stop()
    })
}
