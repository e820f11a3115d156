//! Does not name a crate, and disables what it declares.

use taskvisor::prelude::*;

#[task]
async fn own() {
    println!("ran");
}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.disable::<billing::charge>().disable::<billing::audit>().disable::<billing::refund>();
}
