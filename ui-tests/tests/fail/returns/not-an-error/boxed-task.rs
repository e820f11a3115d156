#[taskvisor::task]
async fn ping() -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

fn main() {}
