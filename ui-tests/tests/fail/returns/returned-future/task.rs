#[taskvisor::task]
fn ping() -> impl Future<Output = Result<(), std::io::Error>> + Send {
    async { Ok(()) }
}

fn main() {}
