use taskvisor::RestartPolicy;

#[taskvisor::task(restart = RestartPolicy::OnFailure, every = "30s")]
async fn ping() {}

fn main() {}
