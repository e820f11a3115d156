//! Names its own library in the attribute, and prints what is added.

use taskvisor::prelude::*;

#[task]
async fn own() {
    println!("ran");
}

#[subscriber(on(Added))]
async fn list(event: &Event) {
    println!("{event}");
}

#[taskvisor::main(crates = [application])]
async fn main() {}
