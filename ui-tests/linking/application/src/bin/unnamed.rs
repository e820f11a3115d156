//! Links a crate and does not name it.

use billing as _;
use taskvisor::prelude::*;

#[task]
async fn own() {
    println!("ran");
}

#[taskvisor::main]
async fn main() {}
