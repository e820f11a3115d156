#[taskvisor::main]
fn main() -> impl Future<Output = ()> {
    async {}
}
