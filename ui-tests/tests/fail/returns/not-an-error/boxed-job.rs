#[taskvisor::job]
async fn count() -> Result<u64, Box<dyn std::error::Error>> {
    Ok(1)
}

fn main() {}
