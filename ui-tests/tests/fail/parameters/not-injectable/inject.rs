#[taskvisor::job]
async fn sync(_tenant: u64, #[inject] _flag: bool) {}

fn main() {}
