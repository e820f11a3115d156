use std::sync::Arc;

trait Store {}

#[taskvisor::job(slot = "{_tenant}")]
async fn sync(_tenant: u64, _store: Arc<dyn Store>) {
    tokio::task::yield_now().await;
}

fn main() {}
