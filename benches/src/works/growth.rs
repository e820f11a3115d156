//! Growth: a thousand tasks up to a million that wait; time and memory for each of them should stay the same.
//!
//! Included: making the tasks and their names (`format!`), adding them, their first poll; by hand there are no names. Live
//! bytes are what is allocated then, tables of the supervisor included. Left out: stopping them. On one thread only:
//! threads would add their noise, not another growth.

use taskvisor::CancellationToken;

use crate::count::{Cost, Meter};
use crate::flavor::Flavor;
use crate::started::{none_started, started, wait_for_started};
use crate::systems::ours;
use crate::work::{Shows, System, Work, entry};

macro_rules! to {
    ($name:literal, $tasks:literal) => {
        Work {
            group: "Growth",
            name: $name,
            flavors: Flavor::ONE,
            shows: Shows::LiveBytes,
            entries: &[entry(System::Raw, $tasks, raw), entry(System::TaskFn, $tasks, task_fn)],
        }
    };
}

pub const WORKS: &[Work] = &[
    to!("1,000 parked tasks", 1_000),
    to!("10,000 parked tasks", 10_000),
    to!("100,000 parked tasks", 100_000),
    to!("1,000,000 parked tasks", 1_000_000),
];

fn raw(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let stop = CancellationToken::new();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for _ in 0..operations {
            let token = stop.child_token();
            handles.push(tokio::spawn(async move {
                started();
                token.cancelled().await;
            }));
        }
        wait_for_started(operations).await;
        meter.stop()
    })
}

fn task_fn(flavor: Flavor, operations: u64) -> Cost {
    none_started();
    flavor.run(async move {
        let supervisor = ours::supervisor();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for number in 0..operations {
            let spec = ours::until_canceled(format!("task-{number}"));
            handles.push(supervisor.add_task(spec).expect("the name is free"));
        }
        wait_for_started(operations).await;
        meter.stop()
    })
}
