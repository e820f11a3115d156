#[taskvisor::job]
async fn sync(_: u64) {}

fn main() {}
