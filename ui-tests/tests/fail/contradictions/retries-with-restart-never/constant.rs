use taskvisor::RestartPolicy;

#[taskvisor::task(restart = RestartPolicy::Never, max_retries = 3)]
async fn ping() {}

fn main() {}
