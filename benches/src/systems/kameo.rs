//! kameo 0.22: a task is an actor, its end is the end of the actor.
//!
//! Actors get unbounded mailboxes, the cheaper ones.

use std::hint::black_box;

use kameo::actor::{Actor, ActorRef, PreparedActor, Spawn};
use kameo::error::Infallible;
use kameo::mailbox;
use kameo::message::{Context, Message};

use crate::started::started;

/// Does its work when it starts. It then stops, because no reference to it is left.
pub struct Once;

impl Actor for Once {
    type Args = ();
    type Error = Infallible;

    async fn on_start((): (), _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

/// Starts the actor without keeping a reference. Its join handle signals its end.
pub fn once() -> impl Future<Output = bool> + Send {
    let running = PreparedActor::<Once>::new(mailbox::unbounded()).spawn(());
    async { running.await.is_ok_and(|end| end.is_ok()) }
}

/// Waits for messages, and answers them.
#[derive(Clone)]
pub struct Idle;

pub struct Question(pub u64);

impl Actor for Idle {
    type Args = Self;
    type Error = Infallible;

    async fn on_start(this: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        started();
        Ok(this)
    }
}

impl Message<Question> for Idle {
    type Reply = u64;

    async fn handle(&mut self, Question(key): Question, _: &mut Context<Self, u64>) -> u64 {
        black_box(key)
    }
}

pub fn idle() -> ActorRef<Idle> {
    Idle::spawn_with_mailbox(Idle, mailbox::unbounded())
}

/// The parent of idle actors.
pub struct Parent;

impl Actor for Parent {
    type Args = ();
    type Error = Infallible;

    async fn on_start((): (), _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(Self)
    }
}
