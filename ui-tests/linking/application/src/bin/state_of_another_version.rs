//! Registers the state that its task needs, but from another version of the state's crate.

use taskvisor::prelude::*;

#[task]
async fn own(_ledger: State<billing::Ledger>) {
    println!("ran");
}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.state(invoices::Ledger);
}
