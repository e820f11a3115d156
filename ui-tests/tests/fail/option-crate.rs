#[taskvisor::task(crate = taskvisor)]
async fn relative() {}

#[taskvisor::task(crate = ::supervisor)]
async fn missing() {}

fn main() {}
