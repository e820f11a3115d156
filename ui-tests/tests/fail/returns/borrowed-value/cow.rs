use std::borrow::Cow;

#[taskvisor::job]
async fn sync(_tenant: u64) -> Cow<str> {
    "done".into()
}

fn main() {}
