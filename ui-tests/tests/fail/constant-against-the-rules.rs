use taskvisor::RestartPolicy;

#[taskvisor::task(timeout = std::time::Duration::ZERO)]
async fn zero() {}

#[taskvisor::task(restart = RestartPolicy::Never, max_retries = 3)]
async fn contradiction() {}

fn main() {}
