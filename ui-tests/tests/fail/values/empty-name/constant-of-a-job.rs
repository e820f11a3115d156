const NAME: &str = "";

#[taskvisor::job(name = NAME)]
async fn sync() {}

fn main() {}
