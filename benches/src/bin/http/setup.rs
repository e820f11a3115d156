//! Supervisors with tasks, and servers.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use taskvisor::{BackoffPolicy, Config, Supervisor, TaskContext, TaskError, TaskFn, TaskHandle, TaskSpec};
use taskvisor_axum::{Dashboard, serve};

/// What the tasks have done before they are parked in a running attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past {
    /// Nothing: they are in their first attempt.
    Empty,
    /// 20 attempts, all that a history keeps, that succeeded.
    Succeeded,
    /// 20 attempts that failed, so that every task needs attention.
    Failed,
}

impl Past {
    pub const ALL: [Self; 3] = [Self::Empty, Self::Succeeded, Self::Failed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "none",
            Self::Succeeded => "20 succeeded",
            Self::Failed => "20 failed",
        }
    }

    fn attempts(self) -> u64 {
        if self == Self::Empty { 0 } else { 20 }
    }
}

pub fn with_dashboard(config: Config) -> Supervisor {
    Dashboard::new().install_on(Supervisor::builder(config)).build()
}

/// Serves the dashboard of this supervisor.
pub async fn listen(supervisor: &Supervisor) -> SocketAddr {
    let task = supervisor.add_task(serve("127.0.0.1:0")).expect("a valid task");
    task.ready().await.expect("it listens");
    let dashboard = supervisor.handle().state::<Dashboard>().expect("it is installed");
    dashboard.address().expect("it listens")
}

/// Adds that many tasks, and waits until all are parked.
pub async fn add_tasks(supervisor: &Supervisor, tasks: usize, past: Past) {
    let added: Vec<_> = (0..tasks).map(|number| supervisor.add_task(task(number, past))).collect();
    let added: Vec<TaskHandle> = added.into_iter().map(|task| task.expect("the name is free")).collect();
    for task in added {
        while task.status().attempt <= past.attempts() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn task(number: usize, past: Past) -> TaskSpec {
    let left = AtomicU64::new(past.attempts());
    let body = TaskFn::arc(format!("task-{number:05}"), move |context: TaskContext| {
        let is_parked = left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_err();
        async move {
            match past {
                _ if is_parked => {
                    context.cancelled().await;
                    Err(TaskError::Canceled)
                }
                Past::Failed => Err(TaskError::fail("connection refused")),
                _ => Ok(()),
            }
        }
    });
    match past {
        Past::Failed => TaskSpec::on_failure(body).with_backoff(BackoffPolicy::none()),
        _ => TaskSpec::always(body, Duration::ZERO),
    }
}

/// A task that ends at once. It publishes five events: `added`, `started`, `succeeded`, `ended`, `removed`.
pub fn once(name: String) -> TaskSpec {
    TaskSpec::once(TaskFn::arc(name, || async { Ok(()) }))
}

pub const EVENTS_OF_ONCE: u64 = 5;
