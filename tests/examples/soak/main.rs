//! Load test: adds, fails, cancels, submits and observes tasks at full speed, and counts them. A report says whether
//! the counts are exact and the memory is flat; the exit code is 1 if they are not.
//!
//! - `cargo run --release -p tests --example soak -- --for 60s`
//! - `… -- --for 60s --threads 32`: more threads for each core race more
//!
//! Each driver counts how many of its tasks were accepted, and how each of them ended. Only the amount of work depends
//! on the speed of the machine.

mod arguments;
mod counts;
mod world;
mod driver;
mod drivers;
mod listeners;
#[cfg(feature = "metrics")]
mod measured;
mod memory;
mod verdict;
mod report;

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use taskvisor::{Config, RuntimeError, State, Supervisor, SupervisorHandle, TaskContext, TaskFn, TaskSpec};
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep};

use crate::arguments::Arguments;
use crate::driver::Crew;
use crate::listeners::Listeners;
use crate::memory::Memory;
use crate::report::Findings;
use crate::world::World;

/// The number of slots.
const KEYS: usize = 64;

/// The limit of each queue.
const PER_SLOT: usize = 6;

/// The limit of all queues together, lower than the sum of their limits.
const TOTAL: usize = 128;

/// The limit of concurrent attempts, lower than the demand.
const PERMITS: usize = 256;

/// The time after the requested time, enough for a busy machine, after which the test counts as hanging.
const PATIENCE: Duration = Duration::from_secs(180);

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run() -> anyhow::Result<ExitCode> {
    let Arguments { limit, threads } = Arguments::parse(std::env::args().skip(1))?;
    world::silence_intended_panics();
    // Before the supervisor is built, which looks for it once.
    #[cfg(feature = "metrics")]
    measured::install()?;
    let runtime = Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let findings = runtime.block_on(soak(limit))?;
    Ok(findings.print(threads))
}

async fn soak(limit: Duration) -> Result<Findings, RuntimeError> {
    let world = World::new();
    let listeners = Listeners::default();
    let config = Config::default().with_max_concurrent(PERMITS);
    let builder = Supervisor::builder(config)
        .controller(|controller| controller.with_per_slot(PER_SLOT).with_total(TOTAL))
        .state(world.clone());
    let supervisor =
        listeners.subscribers().into_iter().fold(builder, |all, one| all.subscriber(one)).build();
    end_if_it_hangs(limit + PATIENCE, supervisor.handle());

    let began = Instant::now();
    let memory = Memory::watch(limit);
    let mut crew = Crew::new(&supervisor, &world);
    drivers::start_all(&mut crew);
    // The keeper prevents the supervisor from ending while no other task is registered.
    let keeper = crew.driver("keeper");
    keeper.accepted();
    let parked = TaskFn::arc("keeper", |ctx: TaskContext, world: State<World>| async move {
        let _attempt = world.attempt();
        ctx.cancelled().await;
        Ok(())
    });
    // The drivers still work when the shutdown begins.
    let time_is_up = async {
        sleep(limit).await;
        world.end();
    };
    let report = supervisor.run_until(vec![TaskSpec::inherit(parked)], time_is_up).await?;
    let took = began.elapsed();
    keeper.ended_by_the_shutdown();
    let memory = memory.stop();
    let rows = crew.finish().await;
    Ok(Findings { took, rows, report, memory, world, listeners, supervisor: supervisor.handle() })
}

/// Ends the process with an error after `limit`: a lost wake-up would hang the test for ever.
fn end_if_it_hangs(limit: Duration, supervisor: SupervisorHandle) {
    thread::spawn(move || {
        thread::sleep(limit);
        eprintln!("error: the load test hangs; these tasks are left:");
        for task in supervisor.tasks().iter().take(20) {
            eprintln!("  {}#{}: {}", task.name, task.id, task.phase);
        }
        std::process::exit(1);
    });
}
