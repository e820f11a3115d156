//! Two forms of a subscriber: an annotated function, and a type with its own data.
//! Ends by itself: `cargo run --example subscriber`

use std::collections::BTreeMap;
use std::time::Duration;

use taskvisor::prelude::*;
use taskvisor::{Subscribe, Subscriber};

/// Receives failures only. An event that no subscriber selects is not built.
#[subscriber(on(Failed, TimedOut, Panicked))]
async fn alert(event: &Event) {
    println!("ALERT  {event}");
}

/// Counts all events, and prints the counts at the end.
#[derive(Default)]
struct Counts(BTreeMap<&'static str, u32>);

impl Subscribe for Counts {
    async fn on_event(&mut self, event: &Event) {
        *self.0.entry(event.kind.name().label()).or_default() += 1;
        match &event.kind {
            EventKind::Backoff { delay, .. } => println!("COUNTS the next attempt follows in {delay:.0?}"),
            EventKind::Lagged { lost, .. } => println!("COUNTS {lost} events did not fit into the queue"),
            // The last event. The application ends when all subscribers have handled all events.
            EventKind::Stopped => println!("COUNTS {:?}", self.0),
            _ => {}
        }
    }
}

/// Fails in three ways before it succeeds.
#[task(timeout = "200ms", backoff(constant, first = "100ms"))]
async fn report(ctx: TaskContext) -> anyhow::Result<()> {
    match ctx.attempt() {
        1 => anyhow::bail!("disk full"),
        2 => tokio::time::sleep(Duration::from_secs(60)).await,
        3 => panic!("index out of bounds"),
        _ => println!("report written"),
    }
    Ok(())
}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.subscriber(Subscriber::new(Counts::default()).with_queue(256));
}
