#[taskvisor::task]
async fn ping(context) {}

fn main() {}
