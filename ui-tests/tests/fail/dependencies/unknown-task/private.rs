mod store {
    #[taskvisor::task]
    async fn migrate() {}
}

#[taskvisor::task(needs = [store::migrate])]
async fn consume() {}

fn main() {}
