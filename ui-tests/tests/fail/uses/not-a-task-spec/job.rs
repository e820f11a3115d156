use taskvisor::prelude::*;

#[job]
async fn sync(_tenant: u64) {}

#[task]
async fn adds(supervisor: SupervisorHandle) {
    supervisor.add_task(sync { _tenant: 1 }).map(drop).unwrap();
}

fn main() {}
