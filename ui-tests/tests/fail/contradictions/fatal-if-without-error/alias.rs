//! The compiler sees through an alias.

type Nothing = ();

fn is_permanent(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::NotFound
}

#[taskvisor::task(fatal_if = is_permanent)]
async fn poll() -> Nothing {}

fn main() {}
