struct NotAnError;

#[taskvisor::task]
async fn ping() -> Result<(), NotAnError> {
    Err(NotAnError)
}

fn main() {}
