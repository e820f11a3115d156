struct Poller;

impl Poller {
    #[taskvisor::task]
    async fn ping() {}
}

fn main() {}
