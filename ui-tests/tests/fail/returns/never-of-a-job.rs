#[taskvisor::job]
async fn sync(_tenant: u64) -> ! {
    std::future::pending().await
}

fn main() {}
