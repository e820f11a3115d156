#[taskvisor::task]
async fn ping<T: Default>() {
    let _ = T::default();
}

fn main() {}
