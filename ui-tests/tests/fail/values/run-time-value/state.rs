use taskvisor::prelude::*;

#[task(every = delay)]
async fn ping(delay: State<std::time::Duration>) {
    drop(delay);
}

fn main() {}
