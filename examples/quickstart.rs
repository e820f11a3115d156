//! Annotated functions are supervised: restarted, retried with backoff, observed, stopped in order.
//! Ends by itself, or with Ctrl-C: `cargo run --example quickstart`

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::prelude::*;

/// What tasks share is a state: given once below, handed to every function that asks for `State<Inbox>`.
#[derive(Default)]
struct Inbox {
    mails: AtomicU32,
}

/// Repeated 300 ms after each success. Any error or panic is a failure: retried after a backoff.
#[task(every = "300ms", backoff = "exp", timeout = "5s")]
async fn poll(ctx: TaskContext, inbox: State<Inbox>, supervisor: SupervisorHandle) -> io::Result<()> {
    if ctx.attempt() <= 2 {
        return Err(io::Error::other("the server is not ready"));
    }
    let mails = inbox.mails.fetch_add(1, Ordering::Relaxed) + 1;
    println!("attempt {}: mail {mails}", ctx.attempt());
    if mails == 3 {
        supervisor.stop(); // a service leaves this out and runs until a signal
    }
    Ok(())
}

/// Called with every event of these kinds, on a worker of its own.
#[subscriber(on(Failed, Backoff, Ended))]
async fn watch(event: &Event) {
    println!("  {event}");
}

/// The set-up. When it returns, all that is declared runs: until nothing is left, or until SIGINT or SIGTERM.
#[taskvisor::main(grace = "5s")]
async fn main(app: &mut App) {
    app.state(Inbox::default());
}
