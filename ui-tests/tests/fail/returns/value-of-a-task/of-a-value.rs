#[taskvisor::task]
async fn ping() -> Result<u32, std::io::Error> {
    Ok(1)
}

fn main() {}
