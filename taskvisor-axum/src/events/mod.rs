//! stub
use crate::answer::FailureAnswer;
use std::sync::Arc;
use taskvisor::{Event, Subscribe, Subscriber, TaskId};
use tokio::time::Instant;
pub(crate) struct EventRing;
#[derive(Clone)]
pub(crate) struct EndedTask {
    pub(crate) name: String,
    pub(crate) id: TaskId,
    pub(crate) ended_at: Instant,
    pub(crate) outcome: String,
    pub(crate) completed: bool,
    pub(crate) gave_up: bool,
    pub(crate) failure: Option<FailureAnswer>,
    pub(crate) attempt: u64,
}
struct S;
impl Subscribe for S {
    async fn on_event(&mut self, _: &Event) {}
}
impl EventRing {
    pub(crate) fn new(_run: String, _n: usize) -> Arc<Self> {
        Arc::new(Self)
    }
    pub(crate) fn subscriber(self: &Arc<Self>) -> Subscriber {
        Subscriber::new(S)
    }
    pub(crate) fn ended(&self, _: &str) -> Option<EndedTask> {
        None
    }
    pub(crate) fn ended_tasks(&self) -> Vec<EndedTask> {
        Vec::new()
    }
}
