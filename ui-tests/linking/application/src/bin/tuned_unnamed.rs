//! Tunes declarations of a crate that it does not name.

use std::time::Duration;

use taskvisor::prelude::*;

#[task]
async fn own() {}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.tune::<billing::charge>(|spec| spec.with_timeout(Duration::from_secs(1)));
    app.tune::<billing::refund>(|spec| spec.with_queue(1));
    app.disable::<billing::audit>();
}
