//! This project, with its default `Config`.

use std::borrow::Cow;
use std::future::pending;

use taskvisor::{
    BackoffPolicy, CancellationToken, Config, RestartPolicy, Supervisor, TaskContext, TaskError, TaskFn,
    TaskRef, TaskSpec, job,
};

use crate::started::started;

pub fn supervisor() -> Supervisor {
    Supervisor::new(Config::default(), Vec::new())
}

/// With queues that are large enough for every work.
pub fn with_room() -> Supervisor {
    Supervisor::builder(Config::default())
        .controller(|controller| controller.with_per_slot(1_000_000).with_total(1_000_000))
        .build()
}

/// A task that ends at once.
pub fn once(name: impl Into<Cow<'static, str>>) -> TaskSpec {
    never_again(TaskFn::arc(name, || async { Ok(()) }))
}

/// A task that waits without a token.
pub fn parked(name: impl Into<Cow<'static, str>>) -> TaskSpec {
    never_again(TaskFn::arc(name, || async {
        started();
        pending().await
    }))
}

/// Waits for a stop request.
pub fn until_canceled(name: impl Into<Cow<'static, str>>) -> TaskSpec {
    never_again(TaskFn::arc(name, |context: TaskContext| async move {
        started();
        context.cancelled().await;
        Err(TaskError::Canceled)
    }))
}

/// Waits for a stop request by a token, which is created for it.
pub fn with_token(name: impl Into<Cow<'static, str>>) -> TaskSpec {
    never_again(TaskFn::arc(name, |token: CancellationToken| async move {
        started();
        token.cancelled().await;
        Err(TaskError::Canceled)
    }))
}

/// Waits for a stop request, as a declared job. Jobs without a slot run independently, and need no formatted name.
#[job]
pub async fn waits(context: TaskContext) {
    started();
    context.cancelled().await;
}

fn never_again(task: TaskRef) -> TaskSpec {
    TaskSpec::new(task, RestartPolicy::Never, BackoffPolicy::none(), None)
}
