//! Jobs as people write them: what is injected, what is an argument, slots, places.

use taskvisor::__private::Job as _;
use taskvisor::{
    Admission, CancellationToken, Config, FromContext, JobError, JobExt, JobParameter, RestartPolicy, State,
    Supervisor, SupervisorHandle, TaskContext,
};

const QUEUE: usize = 2 + 6;
const ADMISSION: Admission = if QUEUE > 4 { Admission::Queue } else { Admission::Replace };
const NAME: &str = "sync.tenant";

/// Nothing but `Clone`.
#[derive(Clone)]
struct Tenant(u64);

struct Attempt(u64);

impl FromContext for Attempt {
    fn from_context(context: &TaskContext) -> Self {
        Self(context.attempt())
    }
}

type Limit = State<u32>;

/// Documented, with attributes above and below.
#[allow(clippy::too_many_arguments)]
#[taskvisor::job(slot = "all", timeout = "1m", max_retries = 3)]
#[must_use = "an attribute of the user's"]
#[cfg(not(any()))]
async fn sync_tenant(
    State(name): State<String>,
    mut tenant: Tenant,
    context: &TaskContext,
    _: CancellationToken,
    #[inject] Attempt(attempt): Attempt,
    #[cfg(any())] nothing: NoSuchType,
    #[cfg(not(any()))] revision: Option<u32>,
    missing: Option<State<i8>>,
    #[inject] limit: &Limit,
    supervisor: SupervisorHandle,
    #[cfg(any())]
    #[inject]
    nobody: NoSuchType,
) -> u64 {
    tenant.0 += u64::from(revision.unwrap_or(0) + **limit);
    assert_eq!((context.attempt(), attempt), (1, 1));
    assert_eq!(*name, "shared");
    assert!(missing.is_none());
    // From inside, another one.
    tenant.0 + supervisor.submit(inner::double { seed: 4 }).unwrap().await.unwrap()
}

/// What its own names could meet.
#[taskvisor::job]
async fn names(context: u8, job: u8, needs: u8, tenant: u8, slot: u8, attempt: u8) -> u8 {
    context + job + needs + tenant + slot + attempt
}

mod inner {
    #[taskvisor::job(name = "inner.double")]
    pub(super) async fn double(seed: u64) -> u64 {
        seed * 2
    }
}

#[taskvisor::job(
    slot = "{{{tenant:04}}}-{kind:?}-{tenant:>width$}-{type}",
    admission = ADMISSION,
    queue = QUEUE,
    name = NAME,
    restart = RestartPolicy::OnFailure,
    backoff(constant, first = "10ms"),
    max_retries = 1 + 2,
    timeout = std::time::Duration::from_secs(5)
)]
async fn written(tenant: u64, kind: Vec<&'static str>, width: usize, r#type: char) -> (u64, usize) {
    let _ = r#type;
    (tenant, kind.len() + width)
}

#[taskvisor::job(restart = "on-failure", slot = "{r}", admission = "drop-if-running")]
async fn r#loop(r: u8) -> u8 {
    r
}

macro_rules! jobs {
    ($name:ident($parameter:ident: $of_type:ty), $slot:literal, $returned:ty, $($more:tt)*) => {
        #[taskvisor::job(slot = $slot, $($more)*)]
        async fn $name($parameter: $of_type, state: $crate::State<u32>, #[inject] other: Limit) -> $returned {
            assert_eq!(*state, *other);
            Ok($parameter)
        }
    };
}

jobs!(from_a_macro(seed: u32), "a-{seed}", Result<u32, std::fmt::Error>, admission = "latest");

macro_rules! whole {
    ($name:ident) => {
        #[taskvisor::job(slot = "b-{seed}")]
        async fn $name(seed: u32) -> u32 {
            seed
        }
    };
}

whole!(whole_from_a_macro);

fn parameter(name: &'static str, type_name: &'static str) -> JobParameter {
    JobParameter { name, type_name }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), JobError> {
    /// Declared where it is used.
    #[taskvisor::job(slot = "local")]
    async fn local(seed: u8) -> u8 {
        seed
    }

    let runtime = Supervisor::builder(Config::default()).state(7_u32).state("shared".to_owned()).build();
    let supervisor = runtime.handle();

    let job = sync_tenant { tenant: Tenant(1), revision: Some(2) };
    assert_eq!(job.slot().as_deref(), Some("all"));
    assert_eq!(supervisor.submit(job.clone()).unwrap().await?, 1 + 2 + 7 + 8);
    assert_eq!(supervisor.submit(job.with_slot("another")).unwrap().await?, 1 + 2 + 7 + 8);

    let job = names { context: 1, job: 2, needs: 3, tenant: 4, slot: 5, attempt: 6 };
    assert_eq!(job.slot(), None);
    assert_eq!(supervisor.submit(job).unwrap().await?, 21);
    // As a function, it is called as any other.
    assert_eq!(names(1, 2, 3, 4, 5, 6).await, 21);

    let job = written { tenant: 42, kind: vec!["a"], width: 3, r#type: 'x' };
    assert_eq!(job.slot().as_deref(), Some("{0042}-[\"a\"]- 42-x"));
    assert_eq!(supervisor.submit(job).unwrap().await?, (42, 4));
    let descriptor = written::descriptor();
    assert_eq!((descriptor.name, written::NAME), (NAME, NAME));
    assert_eq!((descriptor.admission, descriptor.queue), (Admission::Queue, Some(8)));
    let parameters = [
        parameter("tenant", "u64"),
        parameter("kind", "Vec<&'static str>"),
        parameter("width", "usize"),
        parameter("type", "char"),
    ];
    assert_eq!(descriptor.parameters, parameters);
    assert_eq!(sync_tenant::descriptor().parameters.len(), 2);

    assert_eq!(r#loop::NAME, "loop");
    assert_eq!(r#loop::descriptor().admission, Admission::DropIfRunning);
    assert_eq!(supervisor.submit(r#loop { r: 4 }).unwrap().await?, 4);

    assert_eq!(from_a_macro { seed: 4 }.slot().as_deref(), Some("a-4"));
    assert_eq!(supervisor.submit(from_a_macro { seed: 4 }).unwrap().await?, 4);
    assert_eq!(whole_from_a_macro { seed: 4 }.slot().as_deref(), Some("b-4"));
    assert_eq!(supervisor.submit(local { seed: 4 }).unwrap().await?, 4);
    Ok(())
}
