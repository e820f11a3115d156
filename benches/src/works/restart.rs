//! Restarts: a task that fails at once, again and again, without a backoff.
//!
//! Included: the failing attempt and everything up to the next one. The hand-written version spawns each attempt and
//! awaits it, so that it would catch a panic. `task-supervisor` restarts by a timer, even after no delay: Tokio's
//! timers go by milliseconds. a ractor parent spawns its child again when it is notified of the failure, as its guide
//! recommends; the child fails right after its start. A kameo actor fails by a message that it sends itself; its
//! supervisor restarts it.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use kameo::actor::Spawn;
use ractor::{Actor, ActorProcessingErr, ActorRef, SupervisionEvent};
use task_supervisor::SupervisedTask;
use taskvisor::{BackoffPolicy, RestartPolicy, TaskError, TaskFn, TaskSpec, task};
use tokio::sync::Notify;

use crate::count::{Cost, Meter};
use crate::flavor::Flavor;
use crate::oops::Oops;
use crate::systems::{kameo as with_kameo, ours, published as theirs, task_supervisor as theirs_too};
use crate::work::{Shows, System, Work, entry};

pub const WORKS: &[Work] = &[Work {
    group: "Restarts",
    name: "a failing task, no backoff",
    flavors: Flavor::ALL,
    shows: Shows::Allocations,
    entries: &[
        entry(System::Raw, 100_000, raw),
        entry(System::TaskFn, 100_000, task_fn),
        entry(System::Task, 100_000, declared),
        entry(System::Published, 50_000, published),
        entry(System::TaskSupervisor, 100, supervised),
        entry(System::Ractor, 20_000, ractor),
        entry(System::Kameo, 20_000, kameo),
    ],
}];

fn raw(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let meter = Meter::start();
        for _ in 0..operations {
            let failed = tokio::spawn(async { Err::<(), _>(TaskError::fail(Oops)) }).await;
            black_box(failed.is_ok_and(|result| result.is_err()));
        }
        meter.stop()
    })
}

fn task_fn(flavor: Flavor, operations: u64) -> Cost {
    flavor.run(async move {
        let supervisor = ours::supervisor();
        let left = Arc::new(AtomicU64::new(operations));
        let task = TaskFn::arc("restart", move || {
            let failed = left.fetch_sub(1, Relaxed) > 1;
            async move { if failed { Err(TaskError::fail(Oops)) } else { Ok(()) } }
        });
        let spec = TaskSpec::new(task, RestartPolicy::OnFailure, BackoffPolicy::none(), None);
        let meter = Meter::start();
        let handle = supervisor.add_task(spec).expect("the name is free");
        assert!(handle.outcome().await.is_completed());
        meter.stop()
    })
}

static LEFT: AtomicU64 = AtomicU64::new(0);

fn fails() -> bool {
    LEFT.fetch_sub(1, Relaxed) > 1
}

#[task(restart = "on-failure", backoff = "none")]
async fn failing() -> Result<(), Oops> {
    if fails() { Err(Oops) } else { Ok(()) }
}

fn declared(flavor: Flavor, operations: u64) -> Cost {
    LEFT.store(operations, Relaxed);
    flavor.run(async {
        let supervisor = ours::supervisor();
        let meter = Meter::start();
        let handle = supervisor.add_task(failing::spec()).expect("the name is free");
        assert!(handle.outcome().await.is_completed());
        meter.stop()
    })
}

fn published(flavor: Flavor, operations: u64) -> Cost {
    LEFT.store(operations, Relaxed);
    flavor.run(async {
        let supervisor = theirs::serve_plain();
        let task = published::TaskFn::arc(|_| async {
            if fails() { Err(published::TaskError::fail("oops")) } else { Ok(()) }
        });
        let backoff = published::BackoffPolicy::constant(Duration::ZERO);
        let spec = published::TaskSpec::restartable("restart", task).with_backoff(backoff);
        let meter = Meter::start();
        let waiter = supervisor.add(spec).watch().execute().await.expect("the name is free");
        assert!(matches!(waiter.wait().await, Ok(published::TaskOutcome::Completed)));
        let cost = meter.stop();
        supervisor.shutdown().await.expect("no task is stuck");
        cost
    })
}

#[derive(Clone)]
struct Failing(Arc<Notify>);

impl SupervisedTask for Failing {
    async fn run(self, _: task_supervisor::CancellationToken) -> task_supervisor::TaskResult {
        if fails() {
            return Err(Oops.into());
        }
        self.0.notify_one();
        Ok(())
    }
}

fn supervised(flavor: Flavor, operations: u64) -> Cost {
    LEFT.store(operations, Relaxed);
    flavor.run(async {
        let supervisor = theirs_too::spawn();
        let done = Arc::new(Notify::new());
        let meter = Meter::start();
        supervisor.add_task("restart", Failing(Arc::clone(&done))).await.expect("the name is free");
        done.notified().await;
        meter.stop()
    })
}

struct FailingActor;

impl Actor for FailingActor {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn post_start(&self, _: ActorRef<()>, (): &mut ()) -> Result<(), ActorProcessingErr> {
        Err(Oops.into())
    }
}

struct Restarting;

impl Actor for Restarting {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, myself: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        Actor::spawn_linked(None, FailingActor, (), myself.into()).await?;
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        myself: ActorRef<()>,
        event: SupervisionEvent,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        if let SupervisionEvent::ActorFailed(..) = event {
            if fails() {
                Actor::spawn_linked(None, FailingActor, (), myself.into()).await?;
            } else {
                myself.stop(None);
            }
        }
        Ok(())
    }
}

fn ractor(flavor: Flavor, operations: u64) -> Cost {
    LEFT.store(operations, Relaxed);
    flavor.run(async {
        let meter = Meter::start();
        let (_, end) = Actor::spawn(None, Restarting, ()).await.expect("it starts");
        end.await.expect("it does not panic");
        meter.stop()
    })
}

#[derive(Clone)]
struct KameoFailing(Arc<Notify>);

struct Fail;

impl kameo::Actor for KameoFailing {
    type Args = Self;
    type Error = kameo::error::Infallible;

    async fn on_start(this: Self, myself: kameo::actor::ActorRef<Self>) -> Result<Self, Self::Error> {
        if fails() {
            let _ = myself.tell(Fail).send().await;
        } else {
            this.0.notify_one();
        }
        Ok(this)
    }
}

impl kameo::message::Message<Fail> for KameoFailing {
    type Reply = Result<(), Oops>;

    async fn handle(&mut self, _: Fail, _: &mut kameo::message::Context<Self, Self::Reply>) -> Self::Reply {
        Err(Oops)
    }
}

fn kameo(flavor: Flavor, operations: u64) -> Cost {
    LEFT.store(operations, Relaxed);
    flavor.run(async {
        let parent = with_kameo::Parent::spawn(());
        let done = Arc::new(Notify::new());
        let meter = Meter::start();
        let child = KameoFailing::supervise(&parent, KameoFailing(Arc::clone(&done)))
            .restart_policy(kameo::supervision::RestartPolicy::Transient)
            .restart_limit(u32::MAX, Duration::from_secs(1))
            .spawn_with_mailbox(kameo::mailbox::unbounded())
            .await;
        done.notified().await;
        let cost = meter.stop();
        drop(child);
        cost
    })
}
