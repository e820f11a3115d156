//! A shop that closes its books every night at three o'clock in Berlin, and a year of such nights in a test.
//!
//! - `cargo run --example nightly`: until Ctrl-C or SIGTERM
//! - `cargo run --example nightly -- --for 5s`: closes the books every second, for five seconds
//! - `cargo test -p examples --example nightly`: a year, in an instant

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use taskvisor::TaskFn;
use taskvisor::prelude::*;

/// What the shop has done.
#[derive(Clone, Default)]
struct Books(Arc<Mutex<Vec<SystemTime>>>);

impl Books {
    fn close(&self, day: SystemTime) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(day);
    }

    fn closed(&self) -> Vec<SystemTime> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Closes the books at three o'clock in Berlin, in summer and in winter. If the machine is suspended at night, it does so when it wakes
/// up. Each seventh attempt fails, and is retried; a night that fails for good does not end the task.
#[task(
    cron = "0 3 * * *",
    tz = "Europe/Berlin",
    missed = "once",
    backoff(exp, first = "200ms"),
    max_retries = 5
)]
async fn close_books(ctx: TaskContext, books: State<Books>) -> Result<(), String> {
    if ctx.attempt() % 7 == 3 {
        return Err("the till does not answer".to_owned());
    }
    // The date for which the run is, also in a retry, and not the date of the attempt. `None` if an operator has triggered it.
    if let Some(night) = ctx.scheduled_at() {
        println!("attempt {} closes the books of {night}", ctx.attempt());
        books.close(night.date().ok_or("`cron` has dates")?);
    }
    Ok(())
}

/// Prints when the books are closed next. A grid would be `every`; here the pause between two lines matters.
#[task(delay = "1h")]
async fn announce(supervisor: SupervisorHandle, books: State<Books>) {
    if let Some(next) = supervisor.task("close_books").and_then(|task| task.status().next_run()) {
        println!(
            "the books of {} nights are closed, and those of the next one at {next}",
            books.closed().len()
        );
    }
}

#[subscriber(on(Scheduled, Skipped, RunFailed, ClockStepped))]
async fn log(event: &Event) {
    println!("{event}");
}

#[taskvisor::main]
async fn main(app: &mut App) -> Result<(), Box<dyn Error>> {
    app.state(Books::default());
    if let Some(time) = duration_argument()? {
        app.tune::<close_books>(|spec| spec.with_cron("* * * * * *"));
        app.task(TaskSpec::once(TaskFn::arc("stop", move |supervisor: SupervisorHandle| async move {
            tokio::time::sleep(time).await;
            supervisor.stop();
            Ok(())
        })));
    }
    Ok(())
}

/// The value of `--for`.
fn duration_argument() -> Result<Option<Duration>, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Ok(None),
        ["--for", time] => Ok(Some(humantime::parse_duration(time)?)),
        _ => Err("usage: nightly [--for 5s]".into()),
    }
}

#[cfg(test)]
mod tests {
    use taskvisor::{Config, SimulatedDate, Supervisor};

    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn hour_of(date: SystemTime) -> u64 {
        date.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs() / 3_600 % 24)
    }

    #[tokio::test(start_paused = true)]
    async fn each_night_of_a_year_is_closed_once_at_three_in_berlin() -> Result<(), Box<dyn Error>> {
        let start = humantime::parse_rfc3339("2027-01-01T12:00:00Z")?;
        let config = Config::default().with_simulated_date(SimulatedDate::new(start));
        let books = Books::default();
        let supervisor = Supervisor::builder(config).state(books.clone()).build();
        let nightly = supervisor.add_task(close_books::spec())?;
        tokio::time::sleep(365 * DAY).await;

        let closed = books.closed();
        assert_eq!(closed.len(), 365);
        // Central European time is one hour ahead of UTC, and in summer two: from 2027-03-28 to 2027-10-31.
        let at = |hour: u64| closed.iter().filter(|night| hour_of(**night) == hour).count();
        assert_eq!((at(2), at(1)), (148, 217));
        // Each seventh attempt failed, and was retried in the same night.
        let status = nightly.status();
        assert_eq!((status.total_failures, status.failures, status.skipped_ticks()), (61, 0, 0));
        let next = humantime::parse_rfc3339("2028-01-02T02:00:00Z")?;
        assert_eq!(status.next_run().and_then(|next| next.date()), Some(next));
        Ok(())
    }
}
