//! Does not name a crate, but lists both tasks that one of its lines declares.

use taskvisor::prelude::*;

#[taskvisor::main]
async fn main(app: &mut App) {
    app.task(books::balance::spec()).task(books::reconcile::spec());
}
