//! An attempt ends at its timeout, before it could miss a heartbeat.

use taskvisor::TaskContext;

#[taskvisor::task(heartbeat = "30s", timeout = "5s")]
async fn poll(ctx: TaskContext) {
    ctx.heartbeat();
}

fn main() {}
