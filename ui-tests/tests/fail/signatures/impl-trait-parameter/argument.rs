#[taskvisor::job]
async fn sync(_name: &impl AsRef<str>) {}

fn main() {}
