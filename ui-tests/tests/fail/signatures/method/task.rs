struct Poller;

impl Poller {
    #[taskvisor::task]
    async fn ping(&self) {}
}

fn main() {}
