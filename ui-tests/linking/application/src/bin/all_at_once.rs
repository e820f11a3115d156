//! Every possible problem with linked crates, and some other problems.

#[path = "../chores.rs"]
mod chores;

use std::sync::Arc;
use std::time::Duration;

use application as _;
use invoices as _;
use taskvisor::prelude::*;

struct Database;

#[task]
async fn own(_database: State<Database>) {
    println!("ran");
}

#[taskvisor::main(crates = [idle, billing])]
async fn main(app: &mut App) {
    app.state(Arc::new(Database));
    app.state(Duration::ZERO);
    app.state(Duration::MAX);
    app.task(own::spec());
    let mow = TaskFn::arc("mow", || async {
        println!("ran");
        Ok(())
    });
    app.task(TaskSpec::inherit(mow).with_timeout(Duration::ZERO));
}
