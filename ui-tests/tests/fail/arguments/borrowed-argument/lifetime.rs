#[taskvisor::job]
async fn sync<'a>(_names: &'a [&'a str]) {}

fn main() {}
