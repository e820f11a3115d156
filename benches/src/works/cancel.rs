//! Cancels, one by one: each cancels a waiting task and awaits its end before the next.
//!
//! Included: the stop request, the task's reaction, its end as seen by the caller. Left out: adding the tasks, and
//! their first poll. The tasks react to their token, or with taskvisor to `TaskContext::cancelled`; the actors are idle
//! and stop.

use std::hint::black_box;

use taskvisor::CancellationToken;

use crate::count::{Cost, Meter};
use crate::flavor::Flavor;
use crate::names::names;
use crate::started::{none_started, started, wait_for_started};
use crate::systems::{
    kameo as with_kameo, ours, published as theirs, ractor as with_ractor, task_supervisor,
};
use crate::work::{Shows, System, Work, entry};

pub const WORKS: &[Work] = &[Work {
    group: "Stopping",
    name: "cancel one by one, to outcome",
    flavors: Flavor::ALL,
    shows: Shows::Allocations,
    entries: &[
        entry(System::Raw, 20_000, raw),
        entry(System::TaskFn, 20_000, task_fn),
        entry(System::Job, 20_000, job),
        entry(System::Published, 5_000, published),
        entry(System::TaskSupervisor, 10_000, supervised),
        entry(System::Ractor, 10_000, ractor),
        entry(System::Kameo, 10_000, kameo),
    ],
}];

fn raw(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let stop = CancellationToken::new();
        let mut tasks = Vec::with_capacity(operations as usize);
        for _ in 0..operations {
            let token = stop.child_token();
            let waits = token.clone();
            let task = tokio::spawn(async move {
                started();
                waits.cancelled().await;
            });
            tasks.push((token, task));
        }
        wait_for_started(operations).await;
        let meter = Meter::start();
        for (token, task) in tasks {
            token.cancel();
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
        let specs = names.iter().map(|&name| ours::until_canceled(name));
        let handles: Vec<_> =
            specs.map(|spec| supervisor.add_task(spec).expect("the name is free")).collect();
        wait_for_started(operations).await;
        let meter = Meter::start();
        for handle in handles {
            handle.cancel();
            assert!(handle.outcome().await.is_canceled());
        }
        meter.stop()
    })
}

fn job(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let supervisor = ours::supervisor();
        let submit = |_| supervisor.submit(ours::waits {}).expect("there is room");
        let handles: Vec<_> = (0..operations).map(submit).collect();
        wait_for_started(operations).await;
        let meter = Meter::start();
        for handle in handles {
            handle.cancel();
            black_box(handle.await.is_ok());
        }
        meter.stop()
    })
}

/// `remove` requests the stop, as `TaskHandle::cancel` does, and the waiter returns at the end. The published `cancel`
/// also waits, and is slower.
fn published(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    let names = names(operations);
    flavor.run(async move {
        let supervisor = theirs::serve_plain();
        let mut tasks = Vec::with_capacity(operations as usize);
        for &name in names {
            let task = theirs::until_canceled(name);
            tasks.push(supervisor.add(task).watch().execute().await.expect("the name is free"));
        }
        wait_for_started(operations).await;
        let meter = Meter::start();
        for task in tasks {
            assert!(supervisor.remove(task.id()).execute().await.expect("it is there"));
            assert!(matches!(task.wait().await, Ok(published::TaskOutcome::Canceled)));
        }
        let cost = meter.stop();
        supervisor.shutdown().await.expect("no task is stuck");
        cost
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
        for name in names {
            supervisor.kill_task(name).await.expect("it is there");
        }
        meter.stop()
    })
}

fn ractor(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let mut actors = Vec::with_capacity(operations as usize);
        for _ in 0..operations {
            actors.push(with_ractor::idle().await);
        }
        wait_for_started(operations).await;
        let meter = Meter::start();
        for actor in actors {
            actor.stop_and_wait(None, None).await.expect("it is there");
        }
        meter.stop()
    })
}

fn kameo(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let actors: Vec<_> = (0..operations).map(|_| with_kameo::idle()).collect();
        wait_for_started(operations).await;
        let meter = Meter::start();
        for actor in actors {
            actor.stop_gracefully().await.expect("it is there");
            actor.wait_for_shutdown().await;
        }
        meter.stop()
    })
}
