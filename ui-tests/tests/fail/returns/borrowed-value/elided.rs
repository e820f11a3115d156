use taskvisor::State;

#[taskvisor::job]
async fn sync(_tenant: u64, name: &State<String>) -> &str {
    name
}

fn main() {}
