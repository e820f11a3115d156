//! Load: adds, fails, cancels, submits and observes at full speed, and counts. Whether the counts are exact and the memory
//! flat is printed as a report; the exit code is 1 if they are not.
//!
//! - `cargo run --release -p tests --example soak -- --for 60s`
//! - `… -- --for 60s --threads 32`: the more of them there are for each core, the more there is to race
//!
//! Every driver counts what it was promised: how many of its tasks were accepted, and how each of them ended. Nothing here
//! depends on how fast the machine is, except how much gets done.

mod arguments;
mod counts;
mod world;
mod driver;
mod drivers;
mod listeners;
mod memory;
mod verdict;
mod report;

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use taskvisor::{
    Config, ControllerConfig, RuntimeError, State, Supervisor, SupervisorHandle, TaskContext, TaskFn,
    TaskSpec,
};
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep};

use crate::arguments::Arguments;
use crate::driver::Crew;
use crate::listeners::Listeners;
use crate::memory::Memory;
use crate::report::Findings;
use crate::world::World;

/// How many slots there are.
const KEYS: usize = 64;

/// How many may wait for one of them; there are fewer places in all than that would need.
const LIMITS: ControllerConfig = ControllerConfig { per_slot: 6, total: 128 };

/// How many attempts may run at once: fewer than want to.
const PERMITS: usize = 256;

/// How much longer than the requested time it may take, on the busiest of machines, before it hangs.
const PATIENCE: Duration = Duration::from_secs(180);

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run() -> anyhow::Result<ExitCode> {
    let Arguments { limit, threads } = Arguments::parse(std::env::args().skip(1))?;
    world::silence_what_panics_on_purpose();
    let runtime = Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let findings = runtime.block_on(soak(limit))?;
    Ok(findings.print(threads))
}

async fn soak(limit: Duration) -> Result<Findings, RuntimeError> {
    let world = World::new();
    let listeners = Listeners::default();
    let config = Config { max_concurrent: Some(PERMITS), ..Config::default() };
    let builder = Supervisor::builder(config).controller(LIMITS).state(world.clone());
    let supervisor =
        listeners.subscribers().into_iter().fold(builder, |all, one| all.subscriber(one)).build();
    end_if_it_hangs(limit + PATIENCE, supervisor.handle());

    let began = Instant::now();
    let memory = Memory::watch(limit);
    let mut crew = Crew::new(&supervisor, &world);
    drivers::start_all(&mut crew);
    // It keeps the supervisor from ending when everything else happens to be over.
    let keeper = crew.driver("keeper");
    keeper.accepted();
    let parked = TaskFn::arc("keeper", |ctx: TaskContext, world: State<World>| async move {
        let _attempt = world.attempt();
        ctx.cancelled().await;
        Ok(())
    });
    // The drivers are still at it when the end comes.
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

/// A wake-up that is lost would be waited for for ever.
fn end_if_it_hangs(limit: Duration, supervisor: SupervisorHandle) {
    thread::spawn(move || {
        thread::sleep(limit);
        eprintln!("error: it hangs; these are left:");
        for task in supervisor.tasks().iter().take(20) {
            eprintln!("  {}#{}: {}", task.name, task.id, task.phase);
        }
        std::process::exit(1);
    });
}
