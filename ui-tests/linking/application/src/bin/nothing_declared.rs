//! Names a crate that declares nothing.

use taskvisor::prelude::*;

#[task]
async fn own() {
    println!("ran");
}

#[taskvisor::main(crates = [idle])]
async fn main() {}
