#[taskvisor::task]
async fn ping() -> impl Future<Output = ()> {
    async {}
}

fn main() {}
