//! A payment service on its worst day: a task that gives up and is paused, a pause by an operator, a job that finishes during a
//! shutdown, and a critical task whose failure ends the process. Ends by itself after about six seconds, with the exit code 1:
//! `cargo run --example payments`

use std::error::Error;
use std::fmt::{self, Display};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use taskvisor::prelude::*;
use tokio::time::sleep;

/// The world outside.
#[derive(Default)]
struct World {
    bank_is_down: AtomicBool,
    feed_is_fixed: AtomicBool,
    market_is_open: AtomicBool,
    paid: AtomicU32,
}

#[derive(Debug)]
enum BankError {
    Unavailable,
    Revoked,
}

impl Display for BankError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "the bank does not answer",
            Self::Revoked => "the certificate was revoked",
        })
    }
}

impl Error for BankError {}

impl BankError {
    fn of(status: u16) -> Self {
        if status == 403 { Self::Revoked } else { Self::Unavailable }
    }
}

fn is_revoked(error: &BankError) -> bool {
    matches!(error, BankError::Revoked)
}

/// Pays. Five failures within a minute are allowed, whatever succeeds in between. The sixth one shuts the application down.
#[task(delay = "100ms", backoff(constant, first = "200ms"), max_failures = "5 in 1m", fatal_if = is_revoked, critical)]
async fn pay(world: State<World>) -> Result<(), BankError> {
    if world.bank_is_down.load(Ordering::Relaxed) {
        return Err(BankError::of(503));
    }
    world.paid.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// Reads the feed of one customer. At the fourth failure within a minute the task is paused, until an operator resumes it.
#[task(delay = "500ms", backoff(constant, first = "100ms"), max_failures = "3 in 1m", on_give_up = "pause")]
async fn feed(world: State<World>) -> Result<(), String> {
    if world.feed_is_fixed.load(Ordering::Relaxed) {
        Ok(())
    } else {
        Err("column `amount` is missing".to_owned())
    }
}

/// Settles once the market is open. Until then each attempt snoozes, which is no failure. Then the task is done.
#[task(every = "1h")]
async fn settle(ctx: TaskContext, world: State<World>) -> Result<(), TaskError> {
    if !world.market_is_open.load(Ordering::Relaxed) {
        return ctx.snooze(Duration::from_millis(700));
    }
    print("everything is settled");
    ctx.done()
}

/// Imports a file. Its first attempt hangs and sends no heartbeat: its token is canceled, and it has two seconds to clean up.
#[task(heartbeat = "800ms", stop_timeout = "2s", backoff(constant, first = "100ms"))]
async fn import(ctx: TaskContext) {
    for line in 1..=10 {
        if ctx.attempt() == 1 && line == 4 {
            ctx.cancelled().await; // the disk does not answer
            let cause = ctx.interrupt_cause().map(|cause| cause.to_string()).unwrap_or_default();
            print(format_args!("the import cleans up: {cause}"));
            return;
        }
        sleep(Duration::from_millis(50)).await;
        ctx.heartbeat();
    }
}

/// Writes a receipt. A customer waits for it, so a shutdown lets it finish.
#[job(on_shutdown = "finish")]
async fn receipt(number: u32) -> String {
    sleep(Duration::from_millis(1_500)).await;
    format!("receipt {number}")
}

/// The operator: lists the paused tasks, repairs the feed, and resumes it. In a service, this is an endpoint for operators.
#[task]
async fn operator(ctx: TaskContext, world: State<World>) -> Result<(), BoxError> {
    let supervisor = ctx.supervisor();
    sleep(Duration::from_millis(1_800)).await;
    for task in supervisor.tasks().iter().filter(|task| task.phase.is_paused()) {
        let last = task.last_error.as_ref().map(ToString::to_string).unwrap_or_default();
        print(format_args!("the operator sees: {} is {}, because {last}", task.name, task.phase));
    }
    world.feed_is_fixed.store(true, Ordering::Relaxed);
    supervisor.resume(feed::NAME)?;

    print("the operator pauses the payments, to look at the bank");
    supervisor.pause(pay::NAME)?;
    let paid = world.paid.load(Ordering::Relaxed);
    sleep(Duration::from_secs(1)).await;
    let meanwhile = world.paid.load(Ordering::Relaxed) - paid;
    print(format_args!("the operator resumes the payments: {meanwhile} were made meanwhile"));
    supervisor.resume(pay::NAME)?;

    world.market_is_open.store(true, Ordering::Relaxed);
    sleep(Duration::from_secs(1)).await;
    print("the bank goes down");
    world.bank_is_down.store(true, Ordering::Relaxed);
    Ok(())
}

/// A customer who requests a receipt during the shutdown.
#[task(on_shutdown = "finish")]
async fn customer(ctx: TaskContext, world: State<World>) -> Result<(), BoxError> {
    while !world.bank_is_down.load(Ordering::Relaxed) {
        sleep(Duration::from_millis(10)).await;
    }
    sleep(Duration::from_millis(400)).await;
    let receipt = ctx.supervisor().submit(receipt { number: 7 })?.await?;
    print(format_args!("the customer receives {receipt}, while the application shuts down"));
    Ok(())
}

/// Alerts the operator when one of these tasks gives up.
#[subscriber(on(GaveUp), task = [pay, feed])]
async fn alert(event: &Event) {
    print(format_args!("ALERT {event}"));
}

#[subscriber(on(Failed, Stalled, Snoozed, Interrupted, Ended, ShutdownRequested))]
async fn log(event: &Event) {
    print(event);
}

/// Prints a line with the time since the start.
fn print(line: impl Display) {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    println!("{:.1} s  {line}", START.elapsed().as_secs_f64());
}

// On one thread, so that the lines of different tasks keep their order.
#[taskvisor::main(flavor = "current_thread", grace = "5s")]
async fn main(app: &mut App) {
    app.state(World::default());
}
