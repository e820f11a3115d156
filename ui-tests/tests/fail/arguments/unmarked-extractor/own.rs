use taskvisor::{FromContext, TaskContext};

struct Attempt(u64);

impl FromContext for Attempt {
    fn from_context(context: &TaskContext) -> Self {
        Self(context.attempt())
    }
}

#[taskvisor::job]
async fn sync(_tenant: u64, attempt: Attempt) -> u64 {
    attempt.0
}

fn main() {}
