//! Nor one that is a constant.

use std::time::Duration;

use taskvisor::TaskContext;

const HEARTBEAT: Duration = Duration::from_secs(30);

#[taskvisor::job(timeout = "5s", heartbeat = HEARTBEAT)]
async fn sync(ctx: TaskContext) {
    ctx.heartbeat();
}

fn main() {}
