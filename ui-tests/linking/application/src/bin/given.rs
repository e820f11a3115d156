//! Does not name a crate, but lists its declarations in the setup.

use taskvisor::prelude::*;

#[taskvisor::main]
async fn main(app: &mut App) {
    app.task(billing::charge::spec()).subscriber(billing::audit::subscriber());
}
