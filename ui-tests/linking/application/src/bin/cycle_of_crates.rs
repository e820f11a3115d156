//! Closes a cycle of tasks of three crates.

extern crate books as ledger;

use taskvisor::prelude::*;

#[task(needs = [billing::charge])]
async fn own() {
    println!("ran");
}

#[taskvisor::main(crates = [billing, ledger])]
async fn main(app: &mut App) {
    app.tune::<billing::charge>(|spec| spec.with_needs(["balance"]));
    app.tune::<ledger::balance>(|spec| spec.with_after(["own"]));
}
