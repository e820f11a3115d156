//! Tasks that stay: what one costs while it waits, and how it is stopped.

use std::future::pending;
use std::hint::black_box;

use taskvisor::{BackoffPolicy, CancellationToken, RestartPolicy, TaskError, TaskFn, TaskSpec};

use super::{on_one_thread, supervisor};
use crate::count::{Cost, Meter};

pub(super) fn parked_raw(operations: u64) -> Cost {
    on_one_thread(async {
        let stop = CancellationToken::new();
        let mut handles = Vec::with_capacity(operations as usize);
        let meter = Meter::start();
        for _ in 0..operations {
            let token = stop.child_token();
            handles.push(tokio::spawn(async move { token.cancelled().await }));
        }
        tokio::task::yield_now().await;
        meter.stop()
    })
}

pub(super) fn parked(operations: u64) -> Cost {
    park(operations, pending_spec)
}

pub(super) fn parked_token(operations: u64) -> Cost {
    park(operations, |name| {
        let task = TaskFn::arc(name, |token: CancellationToken| async move {
            token.cancelled().await;
            Err(TaskError::Canceled)
        });
        TaskSpec::new(task, RestartPolicy::Never, BackoffPolicy::NONE, None)
    })
}

/// Names are numbered beforehand, so that their bytes are not counted.
fn park(operations: u64, spec: fn(&'static str) -> TaskSpec) -> Cost {
    let names: Vec<&'static str> = numbered(operations);
    on_one_thread(async {
        let supervisor = supervisor();
        let mut handles = Vec::with_capacity(operations as usize);
        let meter = Meter::start();
        for name in names {
            handles.push(supervisor.add_task(spec(name)).expect("the name is free"));
        }
        tokio::task::yield_now().await;
        meter.stop()
    })
}

fn numbered(operations: u64) -> Vec<&'static str> {
    (0..operations).map(|number| &*format!("task-{number}").leak()).collect()
}

fn pending_spec(name: &'static str) -> TaskSpec {
    let task = TaskFn::arc(name, || async { pending().await });
    TaskSpec::new(task, RestartPolicy::Never, BackoffPolicy::NONE, None)
}

pub(super) fn cancel_raw(operations: u64) -> Cost {
    on_one_thread(async {
        let stop = CancellationToken::new();
        let mut tasks = Vec::with_capacity(operations as usize);
        for _ in 0..operations {
            let token = stop.child_token();
            let waits = token.clone();
            tasks.push((token, tokio::spawn(async move { waits.cancelled().await })));
        }
        tokio::task::yield_now().await;
        let meter = Meter::start();
        for (token, task) in tasks {
            token.cancel();
            black_box(task.await.is_ok());
        }
        meter.stop()
    })
}

pub(super) fn cancel(operations: u64) -> Cost {
    let names = numbered(operations);
    on_one_thread(async {
        let supervisor = supervisor();
        let mut handles = Vec::with_capacity(operations as usize);
        for name in names {
            handles.push(supervisor.add_task(waiting_spec(name)).expect("the name is free"));
        }
        tokio::task::yield_now().await;
        let meter = Meter::start();
        for handle in handles {
            handle.cancel();
            assert!(handle.outcome().await.is_canceled());
        }
        meter.stop()
    })
}

fn waiting_spec(name: &'static str) -> TaskSpec {
    let task = TaskFn::arc(name, |token: CancellationToken| async move {
        token.cancelled().await;
        Err(TaskError::Canceled)
    });
    TaskSpec::new(task, RestartPolicy::Never, BackoffPolicy::NONE, None)
}

pub(super) fn shutdown_raw(operations: u64) -> Cost {
    on_one_thread(async {
        let stop = CancellationToken::new();
        let mut tasks = Vec::with_capacity(operations as usize);
        for _ in 0..operations {
            let token = stop.child_token();
            tasks.push(tokio::spawn(async move { token.cancelled().await }));
        }
        tokio::task::yield_now().await;
        let meter = Meter::start();
        stop.cancel();
        for task in tasks {
            black_box(task.await.is_ok());
        }
        meter.stop()
    })
}

pub(super) fn shutdown(operations: u64) -> Cost {
    let names = numbered(operations);
    on_one_thread(async {
        let supervisor = supervisor();
        for name in names {
            supervisor.add_task(waiting_spec(name)).expect("the name is free");
        }
        tokio::task::yield_now().await;
        let meter = Meter::start();
        supervisor.shutdown().await.expect("nobody is stuck");
        meter.stop()
    })
}
