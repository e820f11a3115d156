#[taskvisor::task]
async fn ping()
where
    u8: Copy,
{
}

fn main() {}
