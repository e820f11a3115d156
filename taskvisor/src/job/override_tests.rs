//! To which submissions the changes of an application's jobs apply, on Tokio's paused clock.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use super::{Job, JobDescriptor, JobExt, JobHandle};
use crate::error::{FailureKind, TaskError};
use crate::policy::{RareSettings, Settings};
use crate::runtime::body::{
    DeclaredDependencies, ErasedBody, JobOverride, JobOverrides, JobSpec, Location, erase_job,
};
use crate::runtime::registry::slot::Admission;
use crate::supervisor::Supervisor;
use crate::task::{Outcome, RuntimeError};

const SECOND: Duration = Duration::from_secs(1);

/// A job whose attempts never return.
#[derive(Clone)]
struct Hang;

static HANG: JobDescriptor = JobDescriptor {
    name: "hang",
    location: Location {
        file: file!(),
        line: 1,
        column: 1,
        module: module_path!(),
        package: None,
        version: None,
    },
    settings: Settings::INHERIT,
    rare: RareSettings::INHERIT,
    admission: Admission::Queue,
    slot: None,
    queue: None,
    capacity: None,
    parameters: &[],
    dependencies: DeclaredDependencies::NONE,
    needs: |_| {},
};

impl Job for Hang {
    type Value = ();

    fn descriptor() -> &'static JobDescriptor {
        &HANG
    }

    fn slot(&self) -> Option<Arc<str>> {
        None
    }

    fn body(self) -> ErasedBody {
        erase_job((), |(), _| pending::<Result<(), TaskError>>())
    }
}

/// The job makes one attempt of this length.
fn limited(seconds: u32) -> JobOverrides {
    let spec = JobSpec::declared(&HANG).with_timeout(seconds * SECOND).with_max_retries(0);
    let mut overrides = JobOverrides::default();
    overrides.insert(&HANG, JobOverride::Tuned(Arc::new(spec)));
    overrides
}

fn is_running(job: &JobHandle<()>) -> bool {
    job.status().phase.is_running()
}

#[tokio::test(start_paused = true)]
async fn new_submissions_use_the_changes_and_earlier_ones_do_not() {
    let supervisor = Supervisor::default();
    let overrides = &supervisor.shared().expect("it was not dropped").job_overrides;
    let submit = |slot| supervisor.submit(Hang.with_slot(slot)).expect("there is room");
    let before = supervisor.submit(Hang).expect("a job without a slot is admitted");
    overrides.replace(limited(4));
    let (running, waiting) = (submit("slot"), submit("slot"));
    overrides.replace(limited(2));
    let after = submit("other");
    tokio::time::sleep(3 * SECOND).await;
    assert!(is_running(&before) && is_running(&running), "they keep their options");
    assert!(!is_running(&after), "its timeout is two seconds");
    assert!(matches!(after.outcome().await, Outcome::Failed(error) if error.kind() == FailureKind::Timeout));
    tokio::time::sleep(4 * SECOND).await;
    assert!(matches!(running.outcome().await, Outcome::Failed(_)));
    assert!(is_running(&waiting), "it was submitted with a timeout of four seconds");
    overrides.replace(JobOverrides::default());
    let declared = submit("third");
    tokio::time::sleep(60 * SECOND).await;
    assert!(is_running(&declared), "the declaration sets no timeout");
}

#[tokio::test(start_paused = true)]
async fn a_job_is_disabled_and_enabled_again() {
    let supervisor = Supervisor::default();
    let overrides = &supervisor.shared().expect("it was not dropped").job_overrides;
    let mut disabled = JobOverrides::default();
    disabled.insert(&HANG, JobOverride::Disabled);
    overrides.replace(disabled);
    let refused = supervisor.submit(Hang).expect_err("it is disabled");
    assert!(matches!(refused.reason(), RuntimeError::Disabled { name } if name == "hang"));
    overrides.replace(JobOverrides::default());
    assert!(supervisor.submit(Hang).is_ok());
}
