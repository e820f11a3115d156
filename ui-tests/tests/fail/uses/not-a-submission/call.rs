use taskvisor::prelude::*;

#[job]
async fn sync(_tenant: u64) {}

#[task]
async fn submits(supervisor: SupervisorHandle) {
    supervisor.submit(sync(1));
}

fn main() {}
