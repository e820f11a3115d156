//! Parked tasks: what one costs while it waits for ever.
//!
//! Included: adding, the first poll, and what stays allocated then: the task, what its supervisor keeps about it, the
//! handle or waiter that its adder keeps. Left out: names, which are static here; the published crate and
//! `task-supervisor` copy them. Bytes do not depend on threads, so this is on one only. By hand, and in the published
//! crate, each task has its token in any case; the actors have a mailbox instead. Ours wait for their stop by
//! `TaskContext::cancelled`, which takes no token.

use std::future::Future;

use taskvisor::CancellationToken;

use crate::count::{Cost, Meter};
use crate::flavor::Flavor;
use crate::names::names;
use crate::started::{none_started, started, wait_for_started};
use crate::systems::{
    kameo as with_kameo, ours, published as theirs, ractor as with_ractor, task_supervisor,
};
use crate::work::{Shows, System, Work, entry};

const MANY: u64 = 20_000;

pub const WORKS: &[Work] = &[
    Work {
        group: "Memory",
        name: "a parked task",
        flavors: Flavor::ONE,
        shows: Shows::LiveBytes,
        entries: &[
            entry(System::Raw, MANY, raw),
            entry(System::TaskFn, MANY, task_fn),
            entry(System::Published, MANY, published),
            entry(System::TaskSupervisor, MANY, supervised),
            entry(System::Ractor, MANY, ractor),
            entry(System::Kameo, MANY, kameo),
        ],
    },
    Work {
        group: "Memory",
        name: "a task that waits for its stop",
        flavors: Flavor::ONE,
        shows: Shows::LiveBytes,
        entries: &[
            entry(System::Raw, MANY, raw),
            entry(System::TaskFn, MANY, task_fn_stop),
            entry(System::Job, MANY, job_stop),
        ],
    },
    Work {
        group: "Memory",
        name: "a parked task, its token taken",
        flavors: Flavor::ONE,
        shows: Shows::LiveBytes,
        entries: &[
            entry(System::Raw, MANY, raw),
            entry(System::TaskFn, MANY, task_fn_token),
            entry(System::Published, MANY, published_token),
            entry(System::TaskSupervisor, MANY, supervised_token),
        ],
    },
];

/// Measures until every task that `add` started was polled once. Keeps the returned values until then.
async fn park<T>(operations: u64, add: impl Future<Output = T>) -> (T, Cost) {
    none_started();
    let meter = Meter::start();
    let kept = add.await;
    wait_for_started(operations).await;
    (kept, meter.stop())
}

fn room<T>(operations: u64) -> Vec<T> {
    Vec::with_capacity(operations as usize)
}

fn raw(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let stop = CancellationToken::new();
        let mut handles = room(operations);
        let adding = async {
            for _ in 0..operations {
                let token = stop.child_token();
                handles.push(tokio::spawn(async move {
                    started();
                    token.cancelled().await;
                }));
            }
        };
        park(operations, adding).await.1
    })
}

fn added(flavor: Flavor, operations: u64, spec: fn(&'static str) -> taskvisor::TaskSpec) -> Cost {
    let names = names(operations);
    flavor.run(async move {
        let supervisor = ours::supervisor();
        let mut handles = room(operations);
        let adding = async {
            for name in names {
                handles.push(supervisor.add_task(spec(name)).expect("the name is free"));
            }
        };
        park(operations, adding).await.1
    })
}

fn task_fn(flavor: Flavor, operations: u64) -> Cost {
    added(flavor, operations, ours::parked)
}

fn task_fn_stop(flavor: Flavor, operations: u64) -> Cost {
    added(flavor, operations, ours::until_canceled)
}

fn task_fn_token(flavor: Flavor, operations: u64) -> Cost {
    added(flavor, operations, ours::with_token)
}

fn job_stop(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let supervisor = ours::supervisor();
        let mut handles = room(operations);
        let adding = async {
            for _ in 0..operations {
                handles.push(supervisor.submit(ours::waits {}).expect("there is room"));
            }
        };
        park(operations, adding).await.1
    })
}

fn added_to_published(
    flavor: Flavor,
    operations: u64,
    spec: fn(&'static str) -> published::TaskSpec,
) -> Cost {
    let names = names(operations);
    flavor.run(async move {
        let supervisor = theirs::serve_plain();
        let mut waiters = room(operations);
        let adding = async {
            for name in names {
                waiters.push(supervisor.add(spec(name)).watch().execute().await.expect("the name is free"));
            }
        };
        let cost = park(operations, adding).await.1;
        drop(waiters);
        cost
    })
}

fn published(flavor: Flavor, operations: u64) -> Cost {
    added_to_published(flavor, operations, theirs::parked)
}

fn published_token(flavor: Flavor, operations: u64) -> Cost {
    added_to_published(flavor, operations, theirs::until_canceled)
}

fn supervised_by<T: ::task_supervisor::SupervisedTask + Sync>(
    flavor: Flavor,
    operations: u64,
    task: T,
) -> Cost {
    let names = names(operations);
    flavor.run(async move {
        let supervisor = task_supervisor::spawn();
        let adding = async {
            for name in names {
                supervisor.add_task(name, task.clone()).await.expect("the name is free");
            }
        };
        park(operations, adding).await.1
    })
}

fn supervised(flavor: Flavor, operations: u64) -> Cost {
    supervised_by(flavor, operations, task_supervisor::Parked)
}

fn supervised_token(flavor: Flavor, operations: u64) -> Cost {
    supervised_by(flavor, operations, task_supervisor::UntilCanceled)
}

fn ractor(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let mut actors = room(operations);
        let adding = async {
            for _ in 0..operations {
                actors.push(with_ractor::idle().await);
            }
        };
        let cost = park(operations, adding).await.1;
        drop(actors);
        cost
    })
}

fn kameo(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let mut actors = room(operations);
        let adding = async { actors.extend((0..operations).map(|_| with_kameo::idle())) };
        let cost = park(operations, adding).await.1;
        drop(actors);
        cost
    })
}
