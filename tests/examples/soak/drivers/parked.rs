//! Tasks that wait for a stop request, which is made through each method of the API.

use std::future::pending;
use std::time::Duration;

use taskvisor::{Outcome, Phase, StopCause, TaskContext, TaskFn, TaskHandle, TaskSpec};
use tokio::task::yield_now;

use crate::driver::Driver;

const BURST: usize = 120;

pub(crate) async fn drive(driver: Driver) {
    let mut open = true;
    for round in 0_usize.. {
        if !open {
            return;
        }
        let names = (0..BURST).map(|index| format!("parked-{index}"));
        let added: Vec<_> = names.map_while(|name| driver.add(parked(&driver, name))).collect();
        open = added.len() == BURST;
        if round % 2 == 0 {
            // In the other rounds, most tasks are stopped before their first attempt.
            yield_now().await;
        }
        for (index, task) in added.iter().enumerate() {
            let is_stubborn = stop(&driver, task, index).await;
            let outcome = task.outcome().await;
            driver.ended(task, &outcome, |end| is_canceled(end) || is_stubborn && end.is_aborted());
            // On a busy machine, the task may be declared stuck in the middle of a poll. Its name is then free later.
            while outcome.is_aborted() && matches!(task.status().phase, Phase::Stuck { .. }) {
                yield_now().await;
            }
            if driver.supervisor.task(task.name()).is_some() {
                driver.mistake(|| format!("`{}` is still there", task.name()));
            }
        }
    }
}

/// One task in ten ignores its stop request.
fn parked(driver: &Driver, name: String) -> TaskSpec {
    let (world, value) = (driver.world.clone(), driver.world.value());
    let is_stubborn = name.ends_with('3');
    let task = TaskFn::arc(name, move |ctx: TaskContext| {
        let _ = &value;
        let world = world.clone();
        async move {
            let _attempt = world.attempt();
            if is_stubborn {
                pending::<()>().await;
            }
            ctx.cancelled().await;
            Ok(())
        }
    });
    TaskSpec::inherit(task)
}

/// Requests a stop through one of the methods. Returns whether the task is one that ignores its stop request.
async fn stop(driver: &Driver, task: &TaskHandle, index: usize) -> bool {
    let (supervisor, name) = (&driver.supervisor, task.name());
    let first = match index % 10 {
        0 => supervisor.remove_task(name).is_ok_and(|first| first),
        1 => supervisor.cancel(name).await.is_ok_and(|first| first),
        2 => supervisor.cancel_with_grace(name, Duration::from_secs(1)).await.is_ok_and(|first| first),
        3 => task.cancel_with_grace(Duration::ZERO),
        4 => {
            driver.add_with_taken_name(parked(driver, name.to_owned()));
            task.cancel()
        }
        _ => task.cancel(),
    };
    // Exactly one of the requests is the first.
    let again = task.cancel();
    if again || !first && !driver.world.is_ending() {
        driver.mistake(|| format!("`{name}`: the first request returned {first}, the second {again}"));
    }
    index % 10 == 3
}

fn is_canceled(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Canceled { cause: StopCause::Cancel, .. })
}
