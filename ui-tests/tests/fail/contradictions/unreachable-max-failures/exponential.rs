//! The shortest delays of an exponential backoff with jitter are half as long.

use taskvisor::TaskError;

#[taskvisor::job(max_failures = "5 in 1s", backoff = "exp")]
async fn sync(tenant: u64) -> Result<u64, TaskError> {
    Ok(tenant)
}

fn main() {}
