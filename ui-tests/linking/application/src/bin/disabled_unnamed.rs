//! Does not name a crate, and disables what it declares.

use taskvisor::prelude::*;

#[task(restart = "never")]
async fn own(supervisor: SupervisorHandle) {
    if let Err(refused) = supervisor.submit(billing::refund { customer: 7 }) {
        println!("{refused}");
    }
}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.disable::<billing::charge>().disable::<billing::audit>().disable::<billing::refund>();
}
