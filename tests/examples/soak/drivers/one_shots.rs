//! Tasks that run once, added in bursts under the same names: a name must be free when the outcome of its task is seen.

use taskvisor::{Outcome, TaskFn, TaskSpec};
use tokio::task::yield_now;

use crate::driver::Driver;

const BURST: usize = 256;

pub(crate) async fn drive(driver: Driver, number: usize) {
    let names: Vec<_> = (0..BURST).map(|index| format!("{}-{number}-{index}", driver.row)).collect();
    let mut open = true;
    while open {
        let added: Vec<_> = names.iter().map_while(|name| driver.add(one_shot(&driver, name))).collect();
        open = added.len() == BURST;
        for task in &added {
            driver.expect(task, Outcome::is_completed).await;
        }
    }
    for name in &names {
        if driver.supervisor.is_alive(name) {
            driver.mistake(|| format!("`{name}` is still taken"));
        }
    }
}

fn one_shot(driver: &Driver, name: &str) -> TaskSpec {
    let (world, value) = (driver.world.clone(), driver.world.value());
    let task = TaskFn::arc(name.to_owned(), move || {
        let _ = &value;
        let world = world.clone();
        async move {
            let _attempt = world.attempt();
            yield_now().await;
            Ok(())
        }
    });
    TaskSpec::inherit(task)
}
