const SLOT: &str = " ";

#[taskvisor::job(slot = SLOT)]
async fn tidy() {}

fn main() {}
