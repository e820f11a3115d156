#[taskvisor::job]
async fn sync((_tenant, _revision): (u64, u32)) {}

fn main() {}
