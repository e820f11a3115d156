struct NotAnError;

#[taskvisor::main]
async fn main() -> Result<(), NotAnError> {
    Err(NotAnError)
}
