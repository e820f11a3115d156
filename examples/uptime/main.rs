//! Monitors TCP targets, and prints when a target goes down or comes back.
//!
//! - `cargo run --example uptime`: monitors the targets of `examples/data/targets.txt`, until Ctrl-C or SIGTERM
//! - `cargo run --example uptime -- my-targets.txt --for 5s`: monitors the targets of another file, for five seconds

mod arguments;
mod board;
mod targets;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use taskvisor::prelude::*;
use taskvisor::{Task, TaskRef};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use arguments::Arguments;
use board::Board;
use targets::{Target, Targets};

/// The delay between two checks of a target that is up.
const INTERVAL: Duration = Duration::from_secs(1);

/// The time that a target has to answer.
const TIMEOUT: Duration = Duration::from_millis(800);

/// Serves two ports, so that two of the default targets are up. If a port is in use, the task is retried.
#[task(backoff(exp, first = "500ms", max = "10s"))]
async fn serve(ctx: TaskContext) -> io::Result<()> {
    let web = TcpListener::bind("127.0.0.1:27101").await?;
    let database = TcpListener::bind("127.0.0.1:27102").await?;
    let serving = async {
        loop {
            let (_connection, _peer) = tokio::select! {
                accepted = web.accept() => accepted?,
                accepted = database.accept() => accepted?,
            };
        }
    };
    ctx.run_until_cancelled(serving).await.unwrap_or(Ok(()))
}

/// Adds one probe for each target, and completes.
#[task]
async fn start_probes(targets: State<Targets>, supervisor: SupervisorHandle) -> Result<(), RuntimeError> {
    for target in targets.iter() {
        supervisor.add_task(Probe::spec(target.clone()))?;
    }
    Ok(())
}

/// Checks one target. An attempt succeeds if the target accepts a connection.
struct Probe {
    target: Target,
}

impl Probe {
    /// Repeats for ever: after the interval while the target is up, with growing delays while it is down.
    fn spec(target: Target) -> TaskSpec {
        let probe = TaskRef::new(target.task_name(), Self { target });
        TaskSpec::new(probe, RestartPolicy::Always, Self::backoff(), Some(TIMEOUT)).with_delay(INTERVAL)
    }

    fn backoff() -> BackoffPolicy {
        let policy =
            BackoffPolicy::builder().first(Duration::from_millis(500)).max(Duration::from_secs(4)).build();
        policy.expect("the first delay is below the largest")
    }
}

impl Task for Probe {
    async fn run(self: Arc<Self>, ctx: TaskContext) -> Result<(), TaskError> {
        match ctx.run_until_cancelled(TcpStream::connect(&self.target.address)).await {
            Some(Ok(_connection)) => Ok(()),
            Some(Err(error)) => Err(error.into()),
            None => Err(TaskError::Canceled),
        }
    }
}

/// The setup: it reports all errors in the arguments and the file before any task runs.
#[taskvisor::main(flavor = "current_thread", grace = "2s")]
async fn main(app: &mut App) -> anyhow::Result<()> {
    let Arguments { file, limit } = Arguments::parse(std::env::args().skip(1))?;
    let targets = Targets::read(&file)?;
    app.state(Board::new(&targets)).state(targets);
    if let Some(limit) = limit {
        let timer = TaskFn::arc("timer", move |ctx: TaskContext| async move {
            ctx.run_until_cancelled(sleep(limit)).await;
            ctx.supervisor().stop();
            Ok(())
        });
        app.task(TaskSpec::inherit(timer));
    }
    Ok(())
}
