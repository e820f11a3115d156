//! Disables its only task.

use taskvisor::prelude::*;

#[task]
async fn own() {}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.disable::<own>();
}
