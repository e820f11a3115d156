//! A library that declares a task, a job and a subscriber.

use taskvisor::prelude::*;

/// A state that somebody else may ask for.
#[derive(Debug)]
pub struct Ledger;

/// Says that it ran.
#[task]
pub async fn charge() {
    println!("charged");
}

/// Says that it ran.
#[job]
pub async fn refund(customer: u64) {
    println!("refunded {customer}");
}

/// Says that it was told.
#[subscriber(on(Ended))]
pub async fn audit(event: &Event) {
    println!("audited {event}");
}
