//! ractor 0.16: a task is an actor, its end is the end of the actor.
//!
//! `Actor::spawn` as in its guide and its benchmarks; no names, which its registry would cost.

use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, RpcReplyPort, SupervisionEvent};

use crate::started::started;

/// Does its work at its start, and stops.
pub struct Once;

impl Actor for Once {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, myself: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        myself.stop(None);
        Ok(())
    }
}

/// Waits for messages, and answers them.
pub struct Idle;

pub struct Question(pub u64, pub RpcReplyPort<u64>);

impl Actor for Idle {
    type Msg = Question;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Question>, (): ()) -> Result<(), ActorProcessingErr> {
        started();
        Ok(())
    }

    async fn handle(
        &self,
        _: ActorRef<Question>,
        Question(key, reply): Question,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        let _ = reply.send(std::hint::black_box(key));
        Ok(())
    }
}

/// The parent of idle actors.
pub struct Parent;

impl Actor for Parent {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<()>,
        _: SupervisionEvent,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        Ok(())
    }
}

pub async fn idle() -> ActorRef<Question> {
    Actor::spawn(None, Idle, ()).await.expect("it starts").0
}

pub async fn idle_under(parent: &ActorCell) {
    Actor::spawn_linked(None, Idle, (), parent.clone()).await.expect("it starts");
}
