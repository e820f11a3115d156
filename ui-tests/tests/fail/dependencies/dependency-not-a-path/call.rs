#[taskvisor::task]
async fn connect() {}

#[taskvisor::task(needs = [connect(), migrate::spec()])]
async fn consume() {}

fn main() {}
