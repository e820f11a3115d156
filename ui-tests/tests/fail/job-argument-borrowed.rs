#[taskvisor::job]
async fn reference(_name: &str) {}

#[taskvisor::job]
async fn inside(_name: Option<std::borrow::Cow<'_, str>>) {}

fn main() {}
