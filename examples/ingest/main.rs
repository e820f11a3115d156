//! Reads the files that arrive in a folder: those of different customers side by side, those of one customer in order.
//!
//! - `cargo run --example ingest`: the files of `examples/data/ingest`, in a copy
//! - `cargo run --example ingest -- FOLDER`: those of a folder, as they come, until Ctrl-C or SIGTERM
//! - `cargo run --example ingest -- FOLDER --once`: until the folder is empty
//!
//! A file is named after its customer and a date, such as `acme-2026-11-01.csv`; the customer is what stands before the
//! first date, and the order is that of the names. A file that was read goes to `FOLDER/done`; one that is malformed
//! goes to `FOLDER/rejected`, and its line and column are told. Both are results, and the exit code is 0. A file that
//! cannot be read stays where it is, and with `--once` makes the exit code 1.

mod arguments;
mod folder;
mod totals;
mod row;
mod orders;
mod fate;
mod ledger;

use std::collections::HashSet;

use taskvisor::prelude::*;
use tokio::task::spawn_blocking;

use arguments::Arguments;
use fate::Fate;
use folder::{DONE, Folder, REJECTED, customer_of};
use ledger::Ledger;
use totals::Totals;

/// Submits every file that is new. With `--once` it ends the application when there is nothing more to do.
#[task(every = "250ms")]
async fn scan(
    arguments: State<Arguments>,
    folder: State<Folder>,
    ledger: State<Ledger>,
    supervisor: SupervisorHandle,
) -> Result<(), TaskError> {
    // Before looking into the folder: a file is forgotten here only after it was moved away, so it is not seen again.
    ledger.settle().await;
    let mut full = HashSet::new();
    for file in folder.files().await? {
        if ledger.knows(&file) {
            continue;
        }
        let Some(customer) = customer_of(&file).map(str::to_owned) else {
            let fate = match folder.move_to(REJECTED, &file).await {
                Ok(()) => Fate::Rejected("expected a name such as `acme-2026-11-01.csv`".to_owned()),
                Err(error) => Fate::Left(format!("{error:#}")),
            };
            ledger.note("?".to_owned(), file, fate);
            continue;
        };
        if full.contains(&customer) {
            continue;
        }
        match supervisor.submit(ingest { customer: customer.clone(), file: file.clone() }) {
            Ok(handle) => ledger.enter(customer, file, handle),
            Err(refused) => match refused.reason() {
                // The next scan tries again. Those after it wait for that too, or they might be read before it.
                RuntimeError::QueueFull { .. } => {
                    full.insert(customer);
                }
                RuntimeError::ShuttingDown => return Ok(()),
                _ => return Err(refused.into()),
            },
        }
    }
    if arguments.once && ledger.is_idle() {
        match ledger.left() {
            0 => supervisor.stop(),
            left => return Err(TaskError::fatal(format!("{left} of the files could not be read"))),
        }
    }
    Ok(())
}

/// Reads one file. Whatever is wrong with the disk is tried again; a malformed file is not.
///
/// The customer's next file waits for all of it, retries included. Asked to stop, it leaves the file in the folder.
#[job(slot = "{customer}", admission = "queue", max_retries = 3)]
async fn ingest(
    customer: String,
    file: String,
    ctx: TaskContext,
    folder: State<Folder>,
) -> Result<Totals, TaskError> {
    let path = folder.path(&file);
    let reading = spawn_blocking(move || orders::read(&path, &customer));
    let read = ctx.run_until_cancelled(reading).await.ok_or(TaskError::Canceled)?;
    match read?? {
        Ok(totals) => {
            folder.move_to(DONE, &file).await?;
            Ok(totals)
        }
        Err(malformed) => {
            folder.move_to(REJECTED, &file).await?;
            Err(TaskError::fatal(malformed))
        }
    }
}

/// The set-up: what is wrong with the arguments or the folder is told here, before anything runs.
#[taskvisor::main(grace = "5s")]
async fn main(app: &mut App) -> anyhow::Result<()> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    let folder = match &arguments.folder {
        Some(folder) => Folder::open(folder.clone())?,
        None => Folder::sample()?,
    };
    app.state(arguments).state(folder).state(Ledger::default());
    Ok(())
}
