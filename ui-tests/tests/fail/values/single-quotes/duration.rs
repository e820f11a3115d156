#[taskvisor::task(timeout = '5s')]
async fn ping() {}

fn main() {}
