#[taskvisor::job]
async fn sync() -> Result<u64, Missing> {
    Ok(1)
}

fn main() {}
