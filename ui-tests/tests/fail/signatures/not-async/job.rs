#[taskvisor::job]
fn sync(_tenant: u64) {}

fn main() {}
