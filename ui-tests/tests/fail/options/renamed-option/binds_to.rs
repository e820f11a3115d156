#[taskvisor::task]
async fn connect() {}

#[taskvisor::task(binds_to = connect)]
async fn consume() {}

fn main() {}
