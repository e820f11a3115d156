//! A library that declares a task, a job and a subscriber.

use taskvisor::prelude::*;

/// A state that a task of another crate may need.
#[derive(Debug)]
pub struct Ledger;

/// Prints that it ran.
#[task]
pub async fn charge() {
    println!("charged");
}

/// Prints that it ran.
#[job]
pub async fn refund(customer: u64) {
    println!("refunded {customer}");
}

/// Prints each event.
#[subscriber(on(Ended))]
pub async fn audit(event: &Event) {
    println!("audited {event}");
}
