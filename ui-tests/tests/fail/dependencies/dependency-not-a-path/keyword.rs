#[taskvisor::task]
async fn r#type() {}

#[taskvisor::task(after = [type])]
async fn consume() {}

fn main() {}
