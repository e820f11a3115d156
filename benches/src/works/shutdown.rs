//! A shutdown of 10,000 waiting tasks; an operation is one of them.
//!
//! Included: from the call until all tasks have ended. Left out: adding them, and their first poll. The tasks react to
//! their token, or with taskvisor to `TaskContext::cancelled`. ractor stops the children of an actor; a kameo
//! supervisor that stops also stops its children.

use std::hint::black_box;

use kameo::actor::Spawn;
use ractor::Actor;
use taskvisor::CancellationToken;

use crate::count::{Cost, Meter};
use crate::flavor::Flavor;
use crate::names::names;
use crate::started::{none_started, started, wait_for_started};
use crate::systems::{
    kameo as with_kameo, ours, published as theirs, ractor as with_ractor, task_supervisor,
};
use crate::work::{Shows, System, Work, entry};

const MANY: u64 = 10_000;

pub const WORKS: &[Work] = &[Work {
    group: "Stopping",
    name: "shutdown of 10,000 parked tasks",
    flavors: Flavor::ALL,
    shows: Shows::Allocations,
    entries: &[
        entry(System::Raw, MANY, raw),
        entry(System::TaskFn, MANY, task_fn),
        entry(System::Job, MANY, job),
        entry(System::Published, MANY, published),
        entry(System::TaskSupervisor, MANY, supervised),
        entry(System::Ractor, MANY, ractor),
        entry(System::Kameo, MANY, kameo),
    ],
}];

fn raw(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let stop = CancellationToken::new();
        let mut tasks = Vec::with_capacity(operations as usize);
        for _ in 0..operations {
            let token = stop.child_token();
            tasks.push(tokio::spawn(async move {
                started();
                token.cancelled().await;
            }));
        }
        wait_for_started(operations).await;
        let meter = Meter::start();
        stop.cancel();
        for task in tasks {
            black_box(task.await.is_ok());
        }
        meter.stop()
    })
}

fn task_fn(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    let names = names(operations);
    flavor.run(async move {
        let supervisor = ours::supervisor();
        for &name in names {
            supervisor.add_task(ours::until_canceled(name)).expect("the name is free");
        }
        wait_for_started(operations).await;
        let meter = Meter::start();
        supervisor.shutdown().await.expect("no task is stuck");
        meter.stop()
    })
}

fn job(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let supervisor = ours::supervisor();
        for _ in 0..operations {
            drop(supervisor.submit(ours::waits {}).expect("there is room"));
        }
        wait_for_started(operations).await;
        let meter = Meter::start();
        supervisor.shutdown().await.expect("no task is stuck");
        meter.stop()
    })
}

fn published(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    let names = names(operations);
    flavor.run(async move {
        let supervisor = theirs::serve_plain();
        for &name in names {
            supervisor.add(theirs::until_canceled(name)).await.expect("the name is free");
        }
        wait_for_started(operations).await;
        let meter = Meter::start();
        supervisor.shutdown().await.expect("no task is stuck");
        meter.stop()
    })
}

fn supervised(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    let names = names(operations);
    flavor.run(async move {
        let supervisor = task_supervisor::spawn();
        for name in names {
            supervisor.add_task(name, task_supervisor::UntilCanceled).await.expect("the name is free");
        }
        wait_for_started(operations).await;
        let meter = Meter::start();
        supervisor.shutdown().await.expect("no task is stuck");
        meter.stop()
    })
}

fn ractor(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let (parent, _) = Actor::spawn(None, with_ractor::Parent, ()).await.expect("it starts");
        for _ in 0..operations {
            with_ractor::idle_under(&parent).await;
        }
        wait_for_started(operations).await;
        let meter = Meter::start();
        parent.stop_children_and_wait(None, None).await;
        meter.stop()
    })
}

fn kameo(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let parent = with_kameo::Parent::spawn(());
        for _ in 0..operations {
            let child = with_kameo::Idle::supervise(&parent, with_kameo::Idle);
            child.spawn_with_mailbox(kameo::mailbox::unbounded()).await;
        }
        wait_for_started(operations).await;
        let meter = Meter::start();
        parent.stop_gracefully().await.expect("it is there");
        parent.wait_for_shutdown().await;
        meter.stop()
    })
}
