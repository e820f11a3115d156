//! A function that returns `!` never ends, so that nothing can follow its attempt.

use std::time::Duration;

use taskvisor::TaskContext;

#[taskvisor::task]
async fn poll(ctx: TaskContext) -> ! {
    return ctx.snooze(Duration::from_secs(5));
}

fn main() {}
