#[taskvisor::task]
#[taskvisor::task(name = "again")]
async fn ping() {}

fn main() {}
