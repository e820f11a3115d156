//! Tunes its only task, and returns the spec of another one.

use taskvisor::prelude::*;

#[task]
async fn own() {}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.tune::<own>(|_| TaskSpec::once(TaskFn::arc("own", || async { Ok(()) })));
}
