//! Submits a job of a crate that it does not name.

use taskvisor::prelude::*;

#[task(restart = "never")]
async fn own(supervisor: SupervisorHandle) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    supervisor.submit(billing::refund { customer: 7 })?.await?;
    println!("listed jobs: {:?}", supervisor.jobs());
    Ok(())
}

#[taskvisor::main]
async fn main() {}
