//! task-supervisor 0.5, for long-lived tasks: there is no outcome to await, and what ended stays listed.

use std::future::pending;
use std::time::Duration;

use task_supervisor::{CancellationToken, SupervisedTask, SupervisorBuilder, SupervisorHandle, TaskResult};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::started::started;

/// No delay, no jitter and no limit: what is measured is the work, not a wait.
pub fn spawn() -> SupervisorHandle {
    SupervisorBuilder::new()
        .with_unlimited_restarts()
        .with_base_restart_delay(Duration::ZERO)
        .with_max_restart_delay(Duration::ZERO)
        .with_restart_jitter(0.0)
        .spawn()
}

/// Ends at once. It signals its own end, because the supervisor does not.
#[derive(Clone)]
pub struct Once(UnboundedSender<()>);

impl Once {
    pub fn new() -> (Self, UnboundedReceiver<()>) {
        let (sender, receiver) = unbounded_channel();
        (Self(sender), receiver)
    }
}

impl SupervisedTask for Once {
    async fn run(self, _: CancellationToken) -> TaskResult {
        let _ = self.0.send(());
        Ok(())
    }
}

#[derive(Clone)]
pub struct Parked;

impl SupervisedTask for Parked {
    async fn run(self, _: CancellationToken) -> TaskResult {
        started();
        pending().await
    }
}

#[derive(Clone)]
pub struct UntilCanceled;

impl SupervisedTask for UntilCanceled {
    async fn run(self, cancel: CancellationToken) -> TaskResult {
        started();
        cancel.cancelled().await;
        Ok(())
    }
}
