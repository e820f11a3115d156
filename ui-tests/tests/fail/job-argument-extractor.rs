use taskvisor::{FromContext, State, TaskContext};

type Db = State<u32>;

#[taskvisor::job]
async fn alias(_tenant: u64, _db: Db) {}

struct Attempt(u64);

impl FromContext for Attempt {
    fn from_context(context: &TaskContext) -> Self {
        Self(context.attempt())
    }
}

#[taskvisor::job]
async fn own(_tenant: u64, attempt: Attempt) -> u64 {
    attempt.0
}

fn main() {}
