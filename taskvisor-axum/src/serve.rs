//! A task that serves the dashboard on an address of its own.

use std::io;
use std::time::Duration;

use taskvisor::{
    BackoffPolicy, CancellationToken, Readiness, Ready, State, StopOrder, SupervisorHandle, TaskContext,
    TaskError, TaskFn, TaskSpec,
};
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout_at};

use crate::connections::Connections;
use crate::dashboard::Dashboard;
use crate::routes::router_of;

/// How long open requests may take after the stop request. An answer takes milliseconds; only a client that does not read takes longer.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Creates a task that serves the installed [`Dashboard`] on an address of its own, such as `127.0.0.1:9900`. Port 0 selects a free one.
///
/// - Without an installed dashboard it does not start: the state is missing. [`Dashboard::install`] registers it, and records events;
///   `App::state` alone does not record them.
/// - It is named `dashboard`. It is ready once it listens, so that a service whose port is taken is not ready. An attempt that cannot
///   listen fails with the address in its message, and is retried with backoff, unless the text is no address with a port.
/// - It stops last, so that probes are answered while the other tasks stop. Streams of events end at the beginning of a shutdown. After
///   the stop request it answers the requests that it has begun, for at most a second. Then all its connections are closed, also when it
///   is paused, restarted or canceled.
/// - At most 512 connections are open at once; further ones wait. One that neither receives nor sends for a minute is closed.
/// - It never ends by itself: an application that ends once all its tasks have ended runs until a signal.
/// - Every client that reaches the address reads names, errors and options. Listen on a loopback address, or nest
///   [`router`](crate::router) behind your own authentication.
///
/// The task is an ordinary one: change the returned spec, for example by `with_critical(true)`.
///
/// ```no_run
/// use taskvisor::prelude::*;
/// use taskvisor_axum::Dashboard;
///
/// #[taskvisor::main]
/// async fn main(app: &mut App) {
///     Dashboard::new().install(app).task(taskvisor_axum::serve("127.0.0.1:9900"));
/// }
/// ```
#[must_use = "pass it to `App::task`, `Supervisor::run` or `add_task`"]
pub fn serve(address: impl Into<String>) -> TaskSpec {
    let address = address.into();
    let task = TaskFn::shared(
        "dashboard",
        move |context: TaskContext,
              ready: Ready,
              supervisor: SupervisorHandle,
              dashboard: State<Dashboard>| {
            let address = address.clone();
            async move {
                let listener = listen(&address).await?;
                dashboard.set_address(listener.local_addr().ok());
                ready.notify();
                answer(listener, supervisor, &context).await
            }
        },
    );
    // The defaults of the application are for its own tasks. A server has no time limit, and is retried until it listens.
    TaskSpec::on_failure(task)
        .with_backoff(BackoffPolicy::default())
        .with_timeout(None)
        .with_max_retries(None)
        .with_max_failures(None)
        .with_ready(Readiness::Notify)
        .with_stop_order(StopOrder::Last)
}

async fn listen(address: &str) -> Result<TcpListener, TaskError> {
    let error = match TcpListener::bind(address).await {
        Ok(listener) => return Ok(listener),
        Err(error) => error,
    };
    let message = format!("cannot listen on `{address}`: {error}");
    // A URL is looked up as the name of a host, and fails as a name that is not known yet does.
    if error.kind() == io::ErrorKind::InvalidInput || address.contains("://") {
        let message = format!("{message}; write a host and a port, such as `127.0.0.1:9900`");
        return Err(TaskError::fatal(io::Error::new(io::ErrorKind::InvalidInput, message)));
    }
    Err(TaskError::from(io::Error::new(error.kind(), message)))
}

async fn answer(
    listener: TcpListener,
    supervisor: SupervisorHandle,
    context: &TaskContext,
) -> Result<(), TaskError> {
    let end = CancellationToken::new();
    // Whatever ends the attempt also ends the connections: a stop, or an abort that drops this future.
    let _end_connections = end.clone().drop_guard();
    let serving = axum::serve(Connections::new(listener, end), router_of(supervisor))
        .with_graceful_shutdown(context.token().cancelled_owned());
    let mut serving = std::pin::pin!(serving.into_future());
    if let Some(result) = context.run_until_cancelled(serving.as_mut()).await {
        return result.map_err(TaskError::from);
    }
    // A client that reads slowly must not hold up the end of the process.
    match timeout_at(Instant::now() + LAST_ANSWERS, serving).await {
        Ok(result) => result.map_err(TaskError::from),
        Err(_) => Ok(()),
    }
}
