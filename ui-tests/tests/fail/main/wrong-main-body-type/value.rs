#[taskvisor::main]
async fn main() -> Result<(), std::io::Error> {
    std::env::args().count()
}
