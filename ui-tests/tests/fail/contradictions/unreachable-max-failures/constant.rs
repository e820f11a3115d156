//! Five delays of a minute take longer than the time in which the failures are counted.

use taskvisor::TaskError;

#[taskvisor::task(max_failures = "5 in 1m", backoff(constant, first = "1m"))]
async fn poll() -> Result<(), TaskError> {
    Ok(())
}

fn main() {}
