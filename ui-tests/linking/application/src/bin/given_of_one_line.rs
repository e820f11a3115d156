//! Does not name a crate, but gives both of the tasks that one line of it declares.

use taskvisor::prelude::*;

#[taskvisor::main]
async fn main(app: &mut App) {
    app.task(books::balance::spec()).task(books::reconcile::spec());
}
