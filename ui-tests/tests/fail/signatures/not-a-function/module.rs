#[taskvisor::job]
mod jobs {
    async fn sync(_tenant: u64) {}
}

fn main() {}
