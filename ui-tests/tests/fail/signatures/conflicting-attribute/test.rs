#[taskvisor::task]
#[tokio::test]
async fn ping() {}

fn main() {}
