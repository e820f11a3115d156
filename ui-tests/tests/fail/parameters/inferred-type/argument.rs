#[taskvisor::job]
async fn sync(_tenants: Vec<_>) {}

fn main() {}
