//! The whole expansion of each attribute, compared with a file that a review can read.
//!
//! `BLESS=1 cargo test -p taskvisor-macros` rewrites the files.

use std::path::Path;

use proc_macro2::TokenStream;

use super::{expanded, tokens, without_generics};

fn compare(name: &str, expansion: &str) {
    assert!(!expansion.contains("compile_error"), "{name} has mistakes:\n{expansion}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, expansion).expect("the snapshot can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expansion == expected, "{name} has changed; is this what you want?\n{expansion}");
}

const TASK: &str = r#"
    #[doc = "Asks the database whether it is there."]
    pub(crate) async fn ping(ctx: TaskContext, State(db): State<Db>, clock: &Clock) -> Result<(), DbError> {
        db.ping(ctx, clock).await?;
        Ok(())
    }
"#;

const EVERY_OPTION: &str = r#"
    name = "db-ping", restart = RESTART, timeout = "5m 5s", max_retries = 3, every = "1m", start_delay = IDLE,
    overlap = "queue", missed = MISSED,
    stable_after = "2m", stop_timeout = "7s", ready = "notify", start_timeout = "1m", crate = ::sup,
    after = [crate::store::migrate, r#type], needs = [connect, super::token], interrupt_on_loss = "5s", stop_order = "last",
    max_failures = "5 in 10m", on_give_up = "pause", fatal_if = DbError::is_permanent, critical = CRITICAL, heartbeat = "30s",
    on_shutdown = "finish", instances = 4, max_concurrent = PERMITS, rate_limit = "10/m", burst = BURST, backoff(exp, first = "250ms", max = "10s", factor = 1.5, jitter = "decorrelated")
"#;

#[test]
fn a_task_with_every_option() {
    compare("task.rs", &expanded(crate::task::task, EVERY_OPTION, TASK));
}

const JOB: &str = r#"
    #[doc = "Copies what has changed."]
    pub async fn sync_tenant(
        mut tenant: u64,
        r#type: Vec<Kind>,
        #[cfg(unix)] path: PathBuf,
        State(db): State<Db>,
        attempt: &TaskContext,
    ) -> Result<Report, SyncError> {
        tenant += 1;
        db.sync(tenant, r#type, path, attempt).await
    }
"#;

#[test]
fn a_job() {
    let arguments = r#"
        slot = "tenant-{tenant:04}-{type:?}", admission = ADMISSION, queue = 8, name = "sync",
        timeout = "30s", max_retries = 3, needs = [connect], interrupt_on_loss = "5s", expires = "10s",
        max_failures = LIMIT, fatal_if = is_permanent, heartbeat = "5s", on_shutdown = "finish",
        max_concurrent = 4, rate_limit = RATE, capacity = PLACES
    "#;
    compare("job.rs", &expanded(crate::job::job, arguments, JOB));
}

#[test]
fn a_subscriber() {
    let item =
        "async fn alert(event: &Event, db: State<Db>, mail: &State<Mail>) { mail.send(event, db).await; }";
    compare(
        "subscriber.rs",
        &expanded(
            crate::subscriber::subscriber,
            "on(Failed, TimedOut), queue = 64, task = [db, crate::store::feed]",
            item,
        ),
    );
}

#[test]
fn an_entry_point() {
    let arguments = "flavor = \"current_thread\", grace = \"15s\", max_concurrent = LIMIT, critical = \"all\", crates = [billing]";
    let item = "/// Starts.\npub async fn main(app: &mut App) -> anyhow::Result<()> { app.state(Db::new()?); Ok(()) }";
    compare("entry.rs", &expanded(crate::entry::main, arguments, item));
}

/// With another path to the runtime, no generated path may start from the default one.
#[test]
fn the_path_of_the_runtime_is_used_throughout() {
    let task = expanded(crate::task::task, "crate = crate::inner", "async fn ping(ctx: TaskContext) {}");
    let subscriber =
        expanded(crate::subscriber::subscriber, "crate = crate::inner", "async fn log(event: &Event) {}");
    let main = expanded(crate::entry::main, "crate = crate::inner", "async fn main() {}");
    let arguments = "slot = \"{a}\", queue = 2, backoff = \"exp\", timeout = \"1s\", crate = crate::inner";
    let job = expanded(crate::job::job, arguments, "async fn sync(a: u8, db: State<Db>) {}");
    for expansion in [task, job, subscriber, main] {
        assert!(!expansion.contains("taskvisor::__private"), "{expansion}");
        assert!(expansion.contains("use crate::inner::__private as __taskvisor;"), "{expansion}");
    }
}

#[test]
fn the_function_stays_as_it_is() {
    let stays = |expansion: TokenStream, item: &str| {
        without_generics(expansion).to_string().starts_with(&tokens(item).to_string())
    };
    assert!(stays(crate::task::task(tokens("retires = 3"), tokens(TASK)), TASK));
    assert!(stays(crate::task::task(tokens(""), tokens(TASK)), TASK));
    assert!(stays(crate::job::job(tokens("slot = \"{unknown}\""), tokens(JOB)), JOB));
    assert!(stays(crate::job::job(tokens(""), tokens(JOB)), JOB));
}

/// The attribute requires `async`, so clippy must not report it as needless.
#[test]
fn clippy_does_not_report_a_needless_async() {
    let allowed =
        |item: &str| crate::task::task(tokens(""), tokens(item)).to_string().contains("unused_async");
    assert!(allowed("async fn ping() {}"));
    assert!(!allowed("async fn ping() { pong().await; }"));
    let main = crate::entry::main(tokens(""), tokens("async fn main() {}")).to_string();
    assert!(main.contains("unused_async"));
}

#[test]
fn a_marked_parameter_loses_its_mark() {
    for arguments in ["", "banana"] {
        let item = "async fn sync(#[inject] #[cfg(unix)] Mine(n): Mine) { n.await; }";
        let expansion = without_generics(crate::job::job(tokens(arguments), tokens(item))).to_string();
        assert!(expansion.starts_with(&tokens(&item.replace("#[inject]", "")).to_string()));
        assert!(!expansion.contains("# [inject]"));
    }
}
