//! One-shots, one by one: added, run once, and their end awaited before the next.
//!
//! Included: making the task, adding it, its one poll, its end as seen by the caller. Left out: creating names; all
//! tasks share one; `task-supervisor` keeps what ended, so it needs another name each time, made beforehand. It has no
//! outcome either: the body itself signals its end, before the supervisor detects it. The actors have no names.

use std::hint::black_box;

use ractor::Actor;
use taskvisor::{CancellationToken, TaskError, job, task};

use crate::count::{Cost, Meter};
use crate::flavor::Flavor;
use crate::names::names;
use crate::systems::{
    kameo as with_kameo, ours, published as theirs, ractor as with_ractor, task_supervisor,
};
use crate::work::{Shows, System, Work, entry};

pub const WORKS: &[Work] = &[Work {
    group: "One-shots",
    name: "one by one",
    flavors: Flavor::ALL,
    shows: Shows::Allocations,
    entries: &[
        entry(System::Raw, 100_000, raw),
        entry(System::TaskFn, 100_000, task_fn),
        entry(System::Task, 100_000, declared_task),
        entry(System::Job, 100_000, declared_job),
        entry(System::Published, 5_000, published),
        entry(System::TaskSupervisor, 30_000, supervised),
        entry(System::Ractor, 30_000, ractor),
        entry(System::Kameo, 30_000, kameo),
    ],
}];

fn raw(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let stop = CancellationToken::new();
        let meter = Meter::start();
        for _ in 0..operations {
            let token = stop.child_token();
            let result = tokio::spawn(async move {
                black_box(token.is_cancelled());
                Ok::<(), TaskError>(())
            });
            assert!(result.await.is_ok_and(|result| result.is_ok()));
        }
        meter.stop()
    })
}

fn task_fn(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let supervisor = ours::supervisor();
        let meter = Meter::start();
        for _ in 0..operations {
            let handle = supervisor.add_task(ours::once("one-shot")).expect("the name is free");
            assert!(handle.outcome().await.is_completed());
        }
        meter.stop()
    })
}

#[task(restart = "never")]
async fn one_shot() {}

fn declared_task(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let supervisor = ours::supervisor();
        let meter = Meter::start();
        for _ in 0..operations {
            let handle = supervisor.add_task(one_shot::spec()).expect("the name is free");
            assert!(handle.outcome().await.is_completed());
        }
        meter.stop()
    })
}

#[job]
async fn no_slot() {}

fn declared_job(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let supervisor = ours::supervisor();
        let meter = Meter::start();
        for _ in 0..operations {
            assert!(supervisor.submit(no_slot {}).expect("there is room").await.is_ok());
        }
        meter.stop()
    })
}

fn published(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let supervisor = theirs::serve_plain();
        let meter = Meter::start();
        for _ in 0..operations {
            let waiter =
                supervisor.add(theirs::once("one-shot")).watch().execute().await.expect("the name is free");
            assert!(matches!(waiter.wait().await, Ok(published::TaskOutcome::Completed)));
        }
        let cost = meter.stop();
        supervisor.shutdown().await.expect("no task is stuck");
        cost
    })
}

fn supervised(flavor: Flavor, operations: u64) -> Cost {
    let names = names(operations);
    flavor.run(async move {
        let supervisor = task_supervisor::spawn();
        let (once, mut ends) = task_supervisor::Once::new();
        let meter = Meter::start();
        for name in names {
            supervisor.add_task(name, once.clone()).await.expect("the name is free");
            ends.recv().await.expect("it ends");
        }
        meter.stop()
    })
}

fn ractor(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let meter = Meter::start();
        for _ in 0..operations {
            let (_, end) = Actor::spawn(None, with_ractor::Once, ()).await.expect("it starts");
            end.await.expect("it does not panic");
        }
        meter.stop()
    })
}

fn kameo(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let meter = Meter::start();
        for _ in 0..operations {
            assert!(with_kameo::once().await);
        }
        meter.stop()
    })
}
