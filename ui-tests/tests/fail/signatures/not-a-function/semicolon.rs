#[taskvisor::task]
async fn ping();

fn main() {}
