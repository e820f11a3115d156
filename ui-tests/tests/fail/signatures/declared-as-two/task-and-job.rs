#[taskvisor::task]
#[taskvisor::job]
async fn both() {}

fn main() {}
