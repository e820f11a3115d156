use taskvisor::prelude::*;

#[job(slot = "{tenant}")]
async fn sync(tenant: u64) -> u64 {
    tenant
}

#[job]
async fn sync(name: String, count: u8) -> String {
    name.repeat(count.into())
}

#[task]
async fn submits(supervisor: SupervisorHandle) {
    let _ = supervisor.submit(sync { tenant: 1 }.with_slot("all")).map(drop);
}

fn main() {}
