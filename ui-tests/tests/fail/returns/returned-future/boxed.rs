use std::pin::Pin;

#[taskvisor::job]
fn sync(tenant: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move { tenant })
}

fn main() {}
