//! Compiles a module that its library compiles too.

mod chores;

use application as _;
use taskvisor::prelude::*;

#[task]
async fn own() {
    println!("ran");
}

#[taskvisor::main]
async fn main() {}
