#[taskvisor::task]
async fn connect() {}

#[taskvisor::task(after = crate::connect, self::migrate, stop_order = "last")]
async fn consume() {}

fn main() {}
