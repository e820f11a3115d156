//! Needs and selects a task of a crate that it does not name.

use taskvisor::prelude::*;

#[task(needs = [billing::charge])]
async fn own() {
    println!("ran");
}

#[subscriber(on(Failed), task = [own, billing::charge])]
async fn page(_: &Event) {}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.disable::<billing::audit>().disable::<billing::refund>();
}
