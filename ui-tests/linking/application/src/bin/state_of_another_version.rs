//! Gives the state that its task asks for, but that of another version of its crate.

use taskvisor::prelude::*;

#[task]
async fn own(_ledger: State<billing::Ledger>) {
    println!("ran");
}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.state(invoices::Ledger);
}
