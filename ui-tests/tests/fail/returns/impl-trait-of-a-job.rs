#[taskvisor::job]
async fn sync(_tenant: u64) -> impl Send {}

fn main() {}
