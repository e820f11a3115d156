#[taskvisor::task(depends_on = ["migrate"])]
async fn serve() {}

fn main() {}
