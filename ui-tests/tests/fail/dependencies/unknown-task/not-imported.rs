mod store {
    #[taskvisor::task]
    pub async fn migrate() {}
}

#[taskvisor::task(needs = [migrate])]
async fn consume() {}

fn main() {}
