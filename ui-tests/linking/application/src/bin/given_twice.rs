//! Lists the declarations of a crate that it does not name, and one of them twice.

use taskvisor::prelude::*;

#[taskvisor::main]
async fn main(app: &mut App) {
    app.subscriber(billing::audit::subscriber());
    app.task(billing::charge::spec());
    app.task(billing::charge::spec());
}
