#[taskvisor::task]
async fn connect() {}

#[taskvisor::task(depends_on = ["connect"])]
async fn consume() {}

fn main() {}
