use taskvisor::prelude::*;

struct Request<'a>(&'a str);

#[task]
async fn ping(_request: State<Request<'a>>) {}

fn main() {}
