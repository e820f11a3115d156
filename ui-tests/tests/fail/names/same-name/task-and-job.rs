use taskvisor::prelude::*;

#[task]
async fn sync() {}

#[job]
async fn sync(tenant: u64) -> u64 {
    tenant
}

fn main() {}
