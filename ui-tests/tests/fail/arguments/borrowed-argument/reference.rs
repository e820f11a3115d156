#[taskvisor::job]
async fn sync(_name: &str) {}

fn main() {}
