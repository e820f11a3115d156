struct Program;

impl Program {
    #[taskvisor::main]
    async fn start(&self) {}
}

fn main() {}
