const NAME: u64 = 5;

#[taskvisor::task(name = NAME)]
async fn ping() {}

fn main() {}
