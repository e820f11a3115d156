//! Code that submits a job with mistakes in its attribute raises no further errors.

#[taskvisor::job(slot = "{tennant}", max_retires = 3)]
async fn sync(tenant: u64) -> u64 {
    tenant
}

async fn submit(supervisor: taskvisor::SupervisorHandle) {
    let sum: u64 = supervisor.submit(sync { tenant: 1 }).unwrap().await.unwrap();
    let _ = (sum, sync::NAME);
}

fn main() {
    let _ = submit;
}
