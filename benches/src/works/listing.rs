//! Listing 10,000 parked tasks; an operation is one listed task.
//!
//! Included: the list and dropping it. Left out: adding the tasks. By hand: a map of shared names and states behind a
//! lock, copied into a list. Ours has name, id, phase and more of each; the names are `String`s, which a list copies:
//! declared tasks have `&'static str`, which would not be copied. The published crate's has ids and shared names,
//! `task-supervisor`'s shared names and states.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, Mutex};

use crate::count::{Cost, Meter};
use crate::flavor::Flavor;
use crate::names::names;
use crate::started::{none_started, wait_for_started};
use crate::systems::{ours, published as theirs, task_supervisor};
use crate::work::{Shows, System, Work, entry};

const MANY: u64 = 10_000;
const LISTS: u64 = 10;

pub const WORKS: &[Work] = &[Work {
    group: "Many tasks",
    name: "listing 10,000",
    flavors: Flavor::ALL,
    shows: Shows::Allocations,
    entries: &[
        entry(System::Raw, LISTS * MANY, raw),
        entry(System::TaskFn, LISTS * MANY, task_fn),
        entry(System::Published, LISTS * MANY, published),
        entry(System::TaskSupervisor, LISTS * MANY, supervised),
    ],
}];

fn raw(flavor: Flavor, operations: u64) -> Cost {
    let tasks = names(MANY).iter().map(|&name| (name.into(), 0_u8));
    let tasks = Mutex::new(tasks.collect::<HashMap<Arc<str>, u8>>());
    flavor.run(async move {
        let meter = Meter::start();
        for _ in 0..operations / MANY {
            let tasks = tasks.lock().expect("no holder panics");
            let list: Vec<_> = tasks.iter().map(|(name, state)| (Arc::clone(name), *state)).collect();
            assert_eq!(black_box(list).len() as u64, MANY);
        }
        meter.stop()
    })
}

fn task_fn(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let supervisor = ours::supervisor();
        for &name in names(MANY) {
            supervisor.add_task(ours::parked(name.to_owned())).expect("the name is free");
        }
        wait_for_started(MANY).await;
        let meter = Meter::start();
        for _ in 0..operations / MANY {
            assert_eq!(black_box(supervisor.tasks()).len() as u64, MANY);
        }
        meter.stop()
    })
}

fn published(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let supervisor = theirs::serve_plain();
        for &name in names(MANY) {
            supervisor.add(theirs::until_canceled(name)).await.expect("the name is free");
        }
        wait_for_started(MANY).await;
        let meter = Meter::start();
        for _ in 0..operations / MANY {
            assert_eq!(black_box(supervisor.list().await).len() as u64, MANY);
        }
        let cost = meter.stop();
        supervisor.shutdown().await.expect("no task is stuck");
        cost
    })
}

fn supervised(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let supervisor = task_supervisor::spawn();
        for name in names(MANY) {
            supervisor.add_task(name, task_supervisor::UntilCanceled).await.expect("the name is free");
        }
        wait_for_started(MANY).await;
        let meter = Meter::start();
        for _ in 0..operations / MANY {
            let list = supervisor.task_statuses().await.expect("it runs");
            assert_eq!(black_box(list).len() as u64, MANY);
        }
        meter.stop()
    })
}
