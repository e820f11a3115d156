//! A connection whose readiness and failures a test decides.

use std::sync::Arc;
use std::time::Duration;

use taskvisor::{BackoffPolicy, Ready, Supervisor, TaskContext, TaskError, TaskFn, TaskHandle, TaskSpec};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// An order of the test to a connection.
#[derive(Debug)]
pub(crate) enum Order {
    Ready,
    Fail,
}

/// A task that is ready and fails on order, and starts again at once.
pub(crate) struct Connection {
    pub(crate) task: TaskHandle,
    orders: UnboundedSender<Order>,
}

impl Connection {
    pub(crate) fn add(supervisor: &Supervisor, name: &'static str) -> Self {
        let (orders, received) = unbounded_channel();
        let received = Arc::new(Mutex::new(received));
        let task = TaskFn::arc(name, move |ctx: TaskContext, ready: Ready| {
            let received = Arc::clone(&received);
            async move {
                let mut received = received.lock().await;
                loop {
                    tokio::select! {
                        () = ctx.cancelled() => return Err(TaskError::Canceled),
                        order = received.recv() => match order {
                            Some(Order::Ready) => ready.notify(),
                            Some(Order::Fail) => return Err(TaskError::fail("connection refused")),
                            None => return Ok(()),
                        },
                    }
                }
            }
        });
        // Long enough for all tests: they decide when it is ready.
        let spec = TaskSpec::on_failure(task).with_backoff(BackoffPolicy::none());
        let task = supervisor.add_task(spec.with_start_timeout(Duration::from_secs(100_000)));
        Self { task: task.expect("it is accepted"), orders }
    }

    pub(crate) fn order(&self, order: Order) {
        self.orders.send(order).expect("the task lives");
    }
}
