//! A job makes one attempt, unless an option says that it is retried.

fn is_permanent(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::NotFound
}

#[taskvisor::job(fatal_if = is_permanent)]
async fn pay(amount: u64) -> std::io::Result<u64> {
    Ok(amount)
}

fn main() {}
