struct Syncer;

impl Syncer {
    #[taskvisor::job]
    async fn sync(self, _tenant: u64) {}
}

fn main() {}
