//! The path of a function is written without quotes.

fn is_permanent(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::NotFound
}

#[taskvisor::task(fatal_if = "is_permanent")]
async fn poll() -> std::io::Result<()> {
    Ok(())
}

fn main() {}
