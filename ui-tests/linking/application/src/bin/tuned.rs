//! Tunes and disables declarations of a crate that it names.

use std::time::Duration;

use taskvisor::prelude::*;

#[task(restart = "never")]
async fn own(supervisor: SupervisorHandle) {
    if let Err(refused) = supervisor.submit(billing::refund { customer: 7 }) {
        println!("{refused}");
    }
}

#[taskvisor::main(crates = [billing])]
async fn main(app: &mut App) {
    app.tune::<billing::charge>(|spec| spec.with_timeout(Duration::from_secs(60)));
    app.disable::<billing::audit>().disable::<billing::refund>();
}
