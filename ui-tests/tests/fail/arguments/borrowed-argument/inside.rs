#[taskvisor::job]
async fn sync(_name: Option<std::borrow::Cow<'_, str>>) {}

fn main() {}
