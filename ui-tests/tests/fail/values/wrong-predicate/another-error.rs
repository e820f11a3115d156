//! A predicate receives the error of its function.

fn is_permanent(error: &std::fmt::Error) -> bool {
    let _ = error;
    true
}

#[taskvisor::task(fatal_if = is_permanent)]
async fn poll() -> std::io::Result<()> {
    Ok(())
}

fn main() {}
