use taskvisor::State;

struct Poller;

impl Poller {
    #[taskvisor::task]
    async fn ping(_poller: State<Self>) {}
}

fn main() {}
