#[taskvisor::task]
#[async_trait::async_trait]
async fn ping() {}

fn main() {}
