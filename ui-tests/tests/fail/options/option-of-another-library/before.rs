#[taskvisor::task]
async fn serve() {}

#[taskvisor::task(before = [serve])]
async fn migrate() {}

fn main() {}
