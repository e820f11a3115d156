//! It borrows the error.

fn is_permanent(error: std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::NotFound
}

#[taskvisor::job(fatal_if = is_permanent, max_retries = 3)]
async fn pay(amount: u64) -> std::io::Result<u64> {
    Ok(amount)
}

fn main() {}
