#[taskvisor::task(every = "30s")]
async fn ping() {}

#[taskvisor::task(every = "30s", timeout = "5s")]
async fn ping() -> std::io::Result<()> {
    Ok(())
}

fn main() {}
