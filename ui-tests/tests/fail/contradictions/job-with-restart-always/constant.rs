use taskvisor::RestartPolicy;

#[taskvisor::job(restart = RestartPolicy::Always)]
async fn sync(_tenant: u64) {}

fn main() {}
