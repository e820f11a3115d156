//! Needs a task of a crate that it does not name.

use taskvisor::prelude::*;

#[task(needs = [billing::charge])]
async fn own() {
    println!("ran");
}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.disable::<billing::audit>().disable::<billing::refund>();
}
