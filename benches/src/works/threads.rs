//! Adding from threads outside of the runtime: does it scale? The same number of tasks, from one thread and from four.
//!
//! Included: making and adding the tasks, until each thread is through. Left out: starting the threads; names, which
//! are there before; the end of the tasks, which the runtime meanwhile runs, on the same cores. With as few cores as
//! workers, four threads can at best be as fast as one. The published crate's and `task-supervisor`'s adds are futures:
//! a thread blocks on one after the other.

use std::sync::Barrier;
use std::thread;

use taskvisor::{CancellationToken, SupervisorHandle};
use tokio::runtime::Handle;

use crate::count::{Cost, Meter};
use crate::flavor::Flavor;
use crate::names::names;
use crate::systems::{ours, published as theirs, task_supervisor};
use crate::work::{Entry, Shows, System, Work, entry};

pub const WORKS: &[Work] = &[
    from(
        "added by one thread",
        &[
            entry(System::Raw, 40_000, raw::<1>),
            entry(System::TaskFn, 40_000, task_fn::<1>),
            entry(System::Published, 4_000, published::<1>),
            entry(System::TaskSupervisor, 8_000, supervised::<1>),
        ],
    ),
    from(
        "added by four threads at once",
        &[
            entry(System::Raw, 40_000, raw::<4>),
            entry(System::TaskFn, 40_000, task_fn::<4>),
            entry(System::Published, 4_000, published::<4>),
            entry(System::TaskSupervisor, 8_000, supervised::<4>),
        ],
    ),
];

const fn from(name: &'static str, entries: &'static [Entry]) -> Work {
    Work { group: "Many threads", name, flavors: Flavor::ALL, shows: Shows::Allocations, entries }
}

/// Adds each name in one of so many threads, while the runtime runs.
async fn added_by(
    threads: usize,
    operations: u64,
    add: impl Fn(&'static str) + Send + Sync + 'static,
) -> Cost {
    let adding = move || {
        let ready = Barrier::new(threads + 1);
        thread::scope(|scope| {
            for names in names(operations).chunks(operations as usize / threads) {
                let (ready, add) = (&ready, &add);
                scope.spawn(move || {
                    ready.wait();
                    names.iter().for_each(|&name| add(name));
                    ready.wait();
                });
            }
            ready.wait();
            let meter = Meter::start();
            ready.wait();
            meter.stop()
        })
    };
    tokio::task::spawn_blocking(adding).await.expect("no thread panics")
}

fn raw<const THREADS: usize>(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let (runtime, stop) = (Handle::current(), CancellationToken::new());
        let add = move |_| {
            let token = stop.child_token();
            runtime.spawn(async move { assert!(!token.is_cancelled()) });
        };
        added_by(THREADS, operations, add).await
    })
}

fn task_fn<const THREADS: usize>(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let supervisor = ours::supervisor();
        let handle: SupervisorHandle = supervisor.handle();
        let add = move |name| drop(handle.add_task(ours::once(name)).expect("the name is free"));
        added_by(THREADS, operations, add).await
    })
}

fn published<const THREADS: usize>(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let (runtime, supervisor) = (Handle::current(), theirs::serve_plain());
        let its = supervisor.clone();
        let add = move |name| {
            runtime.block_on(its.add(theirs::once(name)).execute()).expect("the name is free");
        };
        let cost = added_by(THREADS, operations, add).await;
        supervisor.shutdown().await.expect("no task is stuck");
        cost
    })
}

fn supervised<const THREADS: usize>(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let (runtime, supervisor) = (Handle::current(), task_supervisor::spawn());
        let (once, ends) = task_supervisor::Once::new();
        let add = move |name| {
            runtime.block_on(supervisor.add_task(name, once.clone())).expect("the name is free");
        };
        let cost = added_by(THREADS, operations, add).await;
        drop(ends);
        cost
    })
}
