//! A job with a value ends with it.

use taskvisor::TaskContext;

#[taskvisor::job]
async fn pay(amount: u64, ctx: TaskContext) -> Result<u64, std::io::Error> {
    if amount == 0 {
        return ctx.done();
    }
    Ok(amount)
}

fn main() {}
