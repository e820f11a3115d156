#[taskvisor::job]
async fn sync(found: &mut Vec<String>) {
    found.push("tenant".to_owned());
}

fn main() {}
