#[taskvisor::main]
async fn main() {
    std::fs::read("config")?;
}
