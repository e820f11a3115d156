//! A service with one task, one job, one subscriber and one state. It ends by itself, or with Ctrl-C:
//! `cargo run --example quickstart`

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use taskvisor::prelude::*;

#[derive(Default)]
struct Shop {
    requests: AtomicU32,
}

/// Repeats 300 ms after each success. An error, a panic or a timeout is a failure, which is retried after a backoff.
#[task(delay = "300ms", backoff = "exp", timeout = "5s")]
async fn poll(supervisor: SupervisorHandle) -> Result<(), TaskError> {
    let orders = supervisor.submit(import { customer: 42 })?.await?;
    println!("{orders} orders");
    if orders == 3 {
        supervisor.stop(); // a service omits this call, and runs until a signal
    }
    Ok(())
}

/// Takes arguments and returns a value. Imports of one customer run one at a time, in order.
#[job(slot = "customer-{customer}", timeout = "2s")]
async fn import(customer: u32, shop: State<Shop>) -> io::Result<u32> {
    match shop.requests.fetch_add(1, Ordering::Relaxed) {
        0 => Err(io::Error::other(format!("no answer for customer {customer}"))),
        orders => Ok(orders),
    }
}

/// Its own worker calls this function with every event of these kinds.
#[subscriber(on(Failed, Backoff, Ended))]
async fn watch(event: &Event) {
    println!("  {event}");
}

/// The setup. When it returns, all declared tasks run, until none is left or until SIGINT or SIGTERM.
#[taskvisor::main(grace = "5s")]
async fn main(app: &mut App) {
    app.state(Shop::default());
}
