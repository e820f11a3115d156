use taskvisor::SupervisorHandle;

#[taskvisor::job]
async fn sync(_tenant: u64, #[inject = "handle"] _handle: SupervisorHandle) {}

fn main() {}
