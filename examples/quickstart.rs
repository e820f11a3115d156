//! Supervises annotated functions: repeats them, retries them with backoff, observes them, and stops them in order.
//! Ends by itself, or with Ctrl-C: `cargo run --example quickstart`

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::prelude::*;

/// A state that tasks share. It is registered once below, and passed to every function with a parameter `State<Inbox>`.
#[derive(Default)]
struct Inbox {
    mails: AtomicU32,
}

/// Repeats 300 ms after each success. An error or a panic is a failure, which is retried after a backoff.
#[task(every = "300ms", backoff = "exp", timeout = "5s")]
async fn poll(ctx: TaskContext, inbox: State<Inbox>, supervisor: SupervisorHandle) -> io::Result<()> {
    if ctx.attempt() <= 2 {
        return Err(io::Error::other("the server is not ready"));
    }
    let mails = inbox.mails.fetch_add(1, Ordering::Relaxed) + 1;
    println!("attempt {}: mail {mails}", ctx.attempt());
    if mails == 3 {
        supervisor.stop(); // a service omits this call, and runs until a signal
    }
    Ok(())
}

/// Its own worker calls this function with every event of these kinds.
#[subscriber(on(Failed, Backoff, Ended))]
async fn watch(event: &Event) {
    println!("  {event}");
}

/// The setup. When it returns, all declared tasks run, until none is left or until SIGINT or SIGTERM.
#[taskvisor::main(grace = "5s")]
async fn main(app: &mut App) {
    app.state(Inbox::default());
}
