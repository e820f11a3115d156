use taskvisor::Instance;

#[taskvisor::job]
async fn sync(_tenant: u64, #[inject] _instance: Instance) {}

fn main() {}
