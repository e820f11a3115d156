//! A job that returns a value without a `Result` cannot fail either.

struct Receipt;

fn is_permanent(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::NotFound
}

#[taskvisor::job(fatal_if = is_permanent, max_retries = 3)]
async fn pay(amount: u64) -> Receipt {
    let _ = amount;
    Receipt
}

fn main() {}
