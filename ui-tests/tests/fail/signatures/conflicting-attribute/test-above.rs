#[tokio::test]
#[taskvisor::job]
async fn sync() {}

fn main() {}
