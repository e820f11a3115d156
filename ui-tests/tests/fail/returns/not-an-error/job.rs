struct NotAnError;

#[taskvisor::job]
async fn sync(_tenant: u64) -> Result<u32, NotAnError> {
    Err(NotAnError)
}

fn main() {}
