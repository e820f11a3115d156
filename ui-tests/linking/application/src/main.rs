//! Has a module that is its library's too.

mod chores;

use application as _;
use taskvisor::prelude::*;

#[task]
async fn own() {
    println!("ran");
}

#[taskvisor::main]
async fn main() {}
