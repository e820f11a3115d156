//! Limits of declared jobs: all submissions of a declaration share them, whatever their slots and arguments.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use taskvisor::__private::{ErasedBody, RareSettings, erase_job};
use taskvisor::{Job, JobDescriptor, JobHandle, RateLimit, Setting, TaskContext, TaskError};
use tests::{Harness, Rules};
use tokio::time::sleep;

use crate::own_permits::{all_complete, starts};
use crate::support::*;

/// Declares a job with limits, as `#[job]` does. It works for ten seconds.
macro_rules! limited_job {
    ($job:ident, $name:literal, $rare:expr) => {
        #[derive(Clone)]
        struct $job(Option<&'static str>);

        impl fmt::Debug for $job {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($name)
            }
        }

        impl Job for $job {
            type Value = ();

            fn descriptor() -> &'static JobDescriptor {
                static DESCRIPTOR: JobDescriptor = JobDescriptor { rare: $rare, ..one_attempt_job($name) };
                &DESCRIPTOR
            }

            fn slot(&self) -> Option<Arc<str>> {
                self.0.map(Into::into)
            }

            fn body(self) -> ErasedBody {
                erase_job(self, |_, _: TaskContext| async {
                    sleep(seconds(10)).await;
                    Ok::<_, TaskError>(())
                })
            }
        }
    };
}

const ONE: RareSettings = RareSettings { max_concurrent: Setting::Set(1), ..RareSettings::INHERIT };
const RATED: RareSettings = RareSettings {
    rate_limit: Setting::Set(RateLimit::new(1, Duration::from_secs(60))),
    ..RareSettings::INHERIT
};

limited_job!(Import, "import", ONE);
limited_job!(OtherImport, "import", ONE);
limited_job!(Send, "send", RATED);

fn submit_job<J: Job<Value = ()> + Clone>(harness: &Harness, job: J) -> JobHandle<()> {
    let job = harness.submit(job).unwrap_or_else(|refused| panic!("it is accepted: {refused}"));
    harness.watch(job.task());
    job
}

#[tokio::test(start_paused = true)]
async fn all_submissions_of_a_job_share_its_permits() {
    let harness = Harness::new();
    harness.trace().set_rules("import", Rules::never().max_concurrent(1));
    let jobs = [None, Some("a"), Some("b"), None].map(|slot| submit_job(&harness, Import(slot)));
    let tasks = jobs.each_ref().map(|job| job.task().clone());
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 10, 20, 30]);
}

#[tokio::test(start_paused = true)]
async fn all_submissions_of_a_job_share_its_rate() {
    let harness = Harness::new();
    harness.trace().set_rules("send", Rules::never().rate_limit(RateLimit::new(1, seconds(60))));
    let jobs = [Some("a"), Some("b"), None].map(|slot| submit_job(&harness, Send(slot)));
    let tasks = jobs.each_ref().map(|job| job.task().clone());
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 60, 120]);
}

#[tokio::test(start_paused = true)]
async fn two_declarations_of_one_name_share_no_limit() {
    let harness = Harness::new();
    harness.trace().set_rules("import", Rules::never());
    let jobs = [submit_job(&harness, Import(None)), submit_job(&harness, OtherImport(None))];
    let tasks = jobs.each_ref().map(|job| job.task().clone());
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 0]);
}

#[cfg(feature = "macros")]
#[taskvisor::job(slot = "{tenant}", max_concurrent = 2)]
async fn export(tenant: String) {
    let _ = tenant;
    sleep(seconds(10)).await;
}

#[cfg(feature = "macros")]
#[tokio::test(start_paused = true)]
async fn the_attribute_limits_a_job_over_all_slots() {
    let harness = Harness::new();
    harness.trace().set_rules("export", Rules::never().max_concurrent(2));
    let jobs = ["a", "b", "c", "a"].map(|tenant| submit_job(&harness, export { tenant: tenant.to_owned() }));
    let tasks = jobs.each_ref().map(|job| job.task().clone());
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 0, 10, 10]);
}
