#[taskvisor::job]
#[taskvisor::task]
async fn both() {}

fn main() {}
