//! Keyed work to an idle slot, one by one: what the admission adds to a one-shot.
//!
//! Included and left out as for one-shots one by one; the key is made beforehand, except by `#[job]`, which formats it.
//! By hand: one task, and no key at all. The actors are there before, and answer one message after the other.

use std::hint::black_box;
use std::sync::Arc;

use taskvisor::{ControllerSpec, job};

use crate::count::{Cost, Meter};
use crate::flavor::Flavor;
use crate::systems::{kameo as with_kameo, ours, published as theirs, ractor as with_ractor};
use crate::work::{Shows, System, Work, entry};

pub const WORKS: &[Work] = &[Work {
    group: "Keyed work",
    name: "to an idle slot, one by one",
    flavors: Flavor::ALL,
    shows: Shows::Allocations,
    entries: &[
        entry(System::Raw, 50_000, raw),
        entry(System::TaskFn, 50_000, task_fn),
        entry(System::Job, 50_000, declared),
        entry(System::Published, 5_000, published),
        entry(System::Ractor, 50_000, ractor),
        entry(System::Kameo, 50_000, kameo),
    ],
}];

fn raw(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let meter = Meter::start();
        for number in 0..operations {
            black_box(tokio::spawn(async move { black_box(number) }).await.expect("it returns"));
        }
        meter.stop()
    })
}

fn task_fn(flavor: Flavor, operations: u64) -> Cost {
    let key: Arc<str> = "slot".into();
    flavor.run(async move {
        let supervisor = ours::supervisor();
        let meter = Meter::start();
        for _ in 0..operations {
            let spec = ControllerSpec::queue(ours::once("work")).with_slot(Arc::clone(&key));
            let handle = supervisor.submit(spec).expect("the slot is idle");
            assert!(handle.outcome().await.is_completed());
        }
        meter.stop()
    })
}

#[job(slot = "slot-{key}")]
async fn answer(key: u64, number: u64) -> u64 {
    black_box(key + number)
}

fn declared(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let supervisor = ours::supervisor();
        let meter = Meter::start();
        for number in 0..operations {
            let handle = supervisor.submit(answer { key: 1, number }).expect("the slot is idle");
            black_box(handle.await.expect("it returns"));
        }
        meter.stop()
    })
}

fn published(flavor: Flavor, operations: u64) -> Cost {
    let (key, name): (Arc<str>, Arc<str>) = ("slot".into(), "work".into());
    flavor.run(async move {
        let supervisor = theirs::serve();
        let meter = Meter::start();
        for _ in 0..operations {
            let spec =
                published::ControllerSpec::queue(theirs::once(Arc::clone(&name))).with_slot(Arc::clone(&key));
            let waiter = supervisor.submit(spec).watch().try_intake().expect("there is room");
            assert!(matches!(waiter.wait().await, Ok(published::TaskOutcome::Completed)));
        }
        let cost = meter.stop();
        supervisor.shutdown().await.expect("no task is stuck");
        cost
    })
}

fn ractor(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let actor = with_ractor::idle().await;
        let meter = Meter::start();
        for number in 0..operations {
            let reply = actor.call(|reply| with_ractor::Question(number, reply), None).await;
            black_box(reply.expect("the actor is there").unwrap());
        }
        meter.stop()
    })
}

fn kameo(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let actor = with_kameo::idle();
        actor.wait_for_startup().await;
        let meter = Meter::start();
        for number in 0..operations {
            black_box(actor.ask(with_kameo::Question(number)).await.expect("the actor is there"));
        }
        meter.stop()
    })
}
