//! Functions that most of these tests share.

use std::time::Duration;

use taskvisor::TaskHandle;
use tests::{EventLog, Harness, Rules, Script, Step};
use tokio::time::sleep;

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub(crate) fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A task that has played a script for a time, and was then canceled.
pub(crate) struct Played {
    pub(crate) task: TaskHandle,
    pub(crate) event_log: EventLog,
}

impl Played {
    pub(crate) fn starts(&self) -> Vec<Duration> {
        self.event_log.starts_of(&self.task)
    }

    pub(crate) fn trace(&self) -> Vec<String> {
        self.event_log.of(&self.task)
    }
}

/// Plays a script for `time`.
pub(crate) async fn play_for(time: Duration, rules: Rules, steps: impl Into<Vec<Step>>) -> Played {
    let harness = Harness::new();
    let task = harness.add(rules, Script::task("work", steps));
    sleep(time).await;
    Played { task, event_log: harness.finish().await }
}
