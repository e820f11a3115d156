use taskvisor::Readiness;

const READY: Readiness = Readiness::Success;

#[taskvisor::task(ready = READY, start_timeout = "5s")]
async fn ping() {}

fn main() {}
