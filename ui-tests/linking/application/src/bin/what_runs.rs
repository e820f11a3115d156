//! Does not name its own library, and prints what is added.

use taskvisor::prelude::*;

#[task]
async fn own() {
    println!("ran");
}

#[subscriber(on(Added))]
async fn list(event: &Event) {
    println!("{event}");
}

#[taskvisor::main]
async fn main() {}
