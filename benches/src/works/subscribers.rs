//! One-shots with 0, 1, 4 and 8 subscribers, until each has received every end; an operation is one task.
//!
//! Included: adding 5,000 tasks, awaiting their outcomes, and the delivery of all their events to all subscribers. Left
//! out: names, which are there before, and the start of the supervisor. Queues have room, so that nothing is lost. By
//! hand a task sends only its end, over a channel to each subscriber, which is a separate task. A subscriber of
//! taskvisor and of the published crate receives all events of a task; the last work has one kind of event only, which
//! the published crate cannot choose. Its callbacks run on a thread of its own, the default and the cheaper way.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::AcqRel};

use futures_util::future::join_all;
use taskvisor::{
    CancellationToken, Config, Event, EventKind, EventName, EventSet, Subscribe, Subscriber, Supervisor,
};
use tokio::sync::Notify;
use tokio::sync::mpsc::unbounded_channel;

use crate::count::{Cost, Meter};
use crate::flavor::Flavor;
use crate::names::names;
use crate::systems::{ours, published as theirs};
use crate::work::{Entry, Shows, System, Work, entry};

const MANY: u64 = 5_000;
const ROOM: usize = 1 << 16;

pub const WORKS: &[Work] = &[
    with(
        "0 subscribers",
        &[
            entry(System::Raw, MANY, raw::<0>),
            entry(System::TaskFn, MANY, task_fn::<0>),
            entry(System::Published, MANY, published::<0>),
        ],
    ),
    with(
        "1 subscriber, delivered",
        &[
            entry(System::Raw, MANY, raw::<1>),
            entry(System::TaskFn, MANY, task_fn::<1>),
            entry(System::Published, MANY, published::<1>),
        ],
    ),
    with(
        "4 subscribers, delivered",
        &[
            entry(System::Raw, MANY, raw::<4>),
            entry(System::TaskFn, MANY, task_fn::<4>),
            entry(System::Published, MANY, published::<4>),
        ],
    ),
    with(
        "8 subscribers, delivered",
        &[
            entry(System::Raw, MANY, raw::<8>),
            entry(System::TaskFn, MANY, task_fn::<8>),
            entry(System::Published, MANY, published::<8>),
        ],
    ),
    with(
        "4 subscribers, to ends only",
        &[entry(System::Raw, MANY, raw::<4>), entry(System::TaskFn, MANY, task_fn_ends::<4>)],
    ),
];

const fn with(name: &'static str, entries: &'static [Entry]) -> Work {
    Work { group: "Subscribers", name, flavors: Flavor::ALL, shows: Shows::Allocations, entries }
}

/// Counts ends, and notifies the waiter when all have arrived.
struct Ends {
    left: AtomicU64,
    all: Arc<Notify>,
}

impl Ends {
    fn new(ends: u64, all: &Arc<Notify>) -> Self {
        Self { left: AtomicU64::new(ends), all: Arc::clone(all) }
    }

    fn count(&self) {
        if self.left.fetch_sub(1, AcqRel) == 1 {
            self.all.notify_one();
        }
    }
}

async fn delivered(all: &[Arc<Notify>]) {
    for all in all {
        all.notified().await;
    }
}

fn notifies(number: usize) -> Vec<Arc<Notify>> {
    (0..number).map(|_| Arc::new(Notify::new())).collect()
}

fn raw<const SUBSCRIBERS: usize>(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let all = notifies(SUBSCRIBERS);
        let senders = all.iter().map(|all| {
            let (sender, mut receiver) = unbounded_channel::<u64>();
            let ends = Ends::new(operations, all);
            tokio::spawn(async move {
                while receiver.recv().await.is_some() {
                    ends.count();
                }
            });
            sender
        });
        let senders: Arc<[_]> = senders.collect();
        let stop = CancellationToken::new();
        let meter = Meter::start();
        let mut handles = Vec::with_capacity(operations as usize);
        for number in 0..operations {
            let (token, senders) = (stop.child_token(), Arc::clone(&senders));
            handles.push(tokio::spawn(async move {
                assert!(!token.is_cancelled());
                for sender in &*senders {
                    let _ = sender.send(number);
                }
            }));
        }
        for handle in handles {
            assert!(handle.await.is_ok());
        }
        delivered(&all).await;
        meter.stop()
    })
}

impl Subscribe for Ends {
    async fn on_event(&mut self, event: &Event) {
        match event.kind {
            EventKind::Ended { .. } => self.count(),
            EventKind::Lagged { .. } => panic!("the queue has room"),
            _ => {}
        }
    }
}

fn ours_with_events<const SUBSCRIBERS: usize>(flavor: Flavor, operations: u64, events: EventSet) -> Cost {
    let names = names(operations);
    flavor.run(async move {
        let all = notifies(SUBSCRIBERS);
        let subscribers = all
            .iter()
            .map(|all| Subscriber::new(Ends::new(operations, all)).with_queue(ROOM).with_events(events));
        let supervisor = Supervisor::new(Config::default(), subscribers.collect());
        let meter = Meter::start();
        let specs = names.iter().map(|&name| ours::once(name));
        let handles: Vec<_> =
            specs.map(|spec| supervisor.add_task(spec).expect("the name is free")).collect();
        for handle in handles {
            assert!(handle.outcome().await.is_completed());
        }
        delivered(&all).await;
        meter.stop()
    })
}

fn task_fn<const SUBSCRIBERS: usize>(flavor: Flavor, operations: u64) -> Cost {
    ours_with_events::<SUBSCRIBERS>(flavor, operations, EventSet::ALL)
}

fn task_fn_ends<const SUBSCRIBERS: usize>(flavor: Flavor, operations: u64) -> Cost {
    ours_with_events::<SUBSCRIBERS>(flavor, operations, EventSet::of(&[EventName::Ended]))
}

impl published::Subscribe for Ends {
    fn on_event(&self, event: &published::Event) {
        match event.kind {
            published::EventKind::TaskFinished => self.count(),
            published::EventKind::SubscriberOverflow => panic!("the queue has room"),
            _ => {}
        }
    }

    fn queue_capacity(&self) -> NonZeroUsize {
        NonZeroUsize::new(ROOM).expect("it is not zero")
    }
}

fn published<const SUBSCRIBERS: usize>(flavor: Flavor, operations: u64) -> Cost {
    let names = names(operations);
    flavor.run(async move {
        let all = notifies(SUBSCRIBERS);
        let subscribers =
            all.iter().map(|all| Arc::new(Ends::new(operations, all)) as Arc<dyn published::Subscribe>);
        let room = NonZeroUsize::new(ROOM).expect("it is not zero");
        let supervisor = theirs::serve_to(subscribers.collect(), room);
        let meter = Meter::start();
        let mut waiters = Vec::with_capacity(operations as usize);
        for names in names.chunks(32) {
            let adds = names.iter().map(|&name| supervisor.add(theirs::once(name)).watch().execute());
            waiters.extend(join_all(adds).await.into_iter().map(|waiter| waiter.expect("the name is free")));
        }
        for waiter in waiters {
            assert!(matches!(waiter.wait().await, Ok(published::TaskOutcome::Completed)));
        }
        delivered(&all).await;
        let cost = meter.stop();
        supervisor.shutdown().await.expect("no task is stuck");
        cost
    })
}
