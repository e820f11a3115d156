//! An argument that contains a value without a size.

#[taskvisor::job]
async fn rename(names: Vec<(u64, Option<str>)>) {
    drop(names);
}

fn main() {}
