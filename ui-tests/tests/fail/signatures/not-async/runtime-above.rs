#[tokio::main]
#[taskvisor::task]
async fn ping() {
    tokio::task::yield_now().await;
}

fn main() {}
