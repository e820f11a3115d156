#[taskvisor::main]
async fn main() -> Result<(), std::io::Error> {
    println!("set up");
}
