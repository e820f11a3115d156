//! Does not name a crate, but gives what it declares.

use taskvisor::prelude::*;

#[taskvisor::main]
async fn main(app: &mut App) {
    app.task(billing::charge::spec()).subscriber(billing::audit::subscriber());
}
