//! Reads the files that arrive in a folder: files of different customers side by side, files of one customer in order.
//!
//! - `cargo run --example ingest`: reads a copy of the files in `examples/data/ingest`
//! - `cargo run --example ingest -- FOLDER`: reads the files of a folder as they arrive, until Ctrl-C or SIGTERM
//! - `cargo run --example ingest -- FOLDER --once`: stops when the folder is empty
//!
//! The name of a file consists of its customer and a date, as in `acme-2026-11-01.csv`. The customer is the text before
//! the first date. Files are read in the order of their names. A file that was read is moved to `FOLDER/done`. A
//! malformed file is moved to `FOLDER/rejected`, and its line and column are printed. Both are results, and the exit
//! code is 0. A file that cannot be read stays in the folder. With `--once`, the exit code is then 1.

mod arguments;
mod folder;
mod totals;
mod row;
mod orders;
mod file_result;
mod ledger;

use std::collections::HashSet;

use taskvisor::prelude::*;
use tokio::task::spawn_blocking;

use arguments::Arguments;
use file_result::FileResult;
use folder::{DONE, Folder, REJECTED, customer_of};
use ledger::Ledger;
use totals::Totals;

/// Submits every new file. With `--once`, it stops the application when no file is left.
#[task(delay = "250ms")]
async fn scan(
    arguments: State<Arguments>,
    folder: State<Folder>,
    ledger: State<Ledger>,
    supervisor: SupervisorHandle,
) -> Result<(), TaskError> {
    // Settle before reading the folder: `settle` forgets a file only after it was moved, so the file cannot be read
    // twice.
    ledger.settle().await;
    let mut full = HashSet::new();
    for file in folder.files().await? {
        if ledger.knows(&file) {
            continue;
        }
        let Some(customer) = customer_of(&file).map(str::to_owned) else {
            let result = match folder.move_to(REJECTED, &file).await {
                Ok(()) => FileResult::Rejected("expected a name such as `acme-2026-11-01.csv`".to_owned()),
                Err(error) => FileResult::Left(format!("{error:#}")),
            };
            ledger.record("?".to_owned(), file, result);
            continue;
        };
        if full.contains(&customer) {
            continue;
        }
        match supervisor.submit(ingest { customer: customer.clone(), file: file.clone() }) {
            Ok(handle) => ledger.add(customer, file, handle),
            Err(refused) => match refused.reason() {
                // The next scan submits this file again. The customer's later files wait too, to keep the order.
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

/// Reads one file. Errors of the disk are retried; a malformed file is not.
///
/// The customer's next file waits until this job has ended, retries included. After a stop request, the file stays in
/// the folder.
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

/// The setup: it reports errors in the arguments or the folder before any task runs.
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
