#[taskvisor::job]
async fn sync(_tenant: u64) -> Option<&str> {
    None
}

fn main() {}
