const SLOT: &str = "all";

#[taskvisor::job(slot = SLOT)]
async fn sync(_tenant: u64) {}

fn main() {
    let _ = SLOT;
}
