//! Gives what a crate declares that it does not name, and one of it twice.

use taskvisor::prelude::*;

#[taskvisor::main]
async fn main(app: &mut App) {
    app.subscriber(billing::audit::subscriber());
    app.task(billing::charge::spec());
    app.task(billing::charge::spec());
}
