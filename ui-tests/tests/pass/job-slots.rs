//! The slot's text: every feature of format strings, over all arguments or none.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use taskvisor::__private::Job as _;
use taskvisor::{Admission, App, JobExt, SupervisorHandle};

const ADMISSION: Admission = Admission::Replace;

#[derive(Clone)]
struct Tenant(u64);

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tenant {}", self.0)
    }
}

#[taskvisor::job]
async fn nowhere(number: u8) -> u8 {
    tokio::task::yield_now().await;
    number
}

#[taskvisor::job(slot = "nightly")]
async fn fixed() {
    tokio::task::yield_now().await;
}

const SHARED: &str = "one for all";

/// A constant is one slot for all arguments.
#[taskvisor::job(slot = SHARED)]
async fn shared(number: u8) -> u8 {
    tokio::task::yield_now().await;
    number
}

#[taskvisor::job(slot = concat!("slot of ", stringify!(named)), admission = ("replace"))]
async fn named() {
    tokio::task::yield_now().await;
}

#[taskvisor::job(slot = "{name}", admission = "latest")]
async fn alone(name: String) -> String {
    tokio::task::yield_now().await;
    name
}

/// The arguments are used by the slot only.
#[taskvisor::job(slot = "{tenant}/{path:?}", admission = ADMISSION)]
async fn unused_in_the_body(tenant: Tenant, path: PathBuf) {
    tokio::task::yield_now().await;
}

#[taskvisor::job(
    slot = "{{{number:04}}}-{kind:?}-{number:>width$}-{number:#x}-{text:-^7}-{share:.precision$}",
    admission = "queue",
    queue = 2 + 6
)]
async fn formatted(
    number: u64,
    kind: Vec<&'static str>,
    width: usize,
    text: String,
    share: f64,
    precision: usize,
) -> u64 {
    tokio::task::yield_now().await;
    drop((kind, text));
    assert!(share < 1.0 && width > precision);
    number
}

struct Slots {
    mail: &'static str,
}

const SLOTS: Slots = Slots { mail: "mail" };

/// One slot for all, which has the name of the argument.
#[taskvisor::job(slot = SLOTS.mail)]
async fn shared_mail(mail: u8) {
    tokio::task::yield_now().await;
    assert!(mail > 0);
}

#[taskvisor::job(slot = "send(mail)@{day}:mail[day]")]
async fn names_as_text(mail: u8, day: u8) {
    tokio::task::yield_now().await;
    assert!(mail < day);
}

#[taskvisor::job(slot = r#"a "quoted" \ {name}"#, admission = "drop-if-running")]
async fn raw(name: &'static str) -> usize {
    tokio::task::yield_now().await;
    name.len()
}

#[taskvisor::job(slot = "over two \
            lines: {name:?}")]
async fn continued(name: char) -> char {
    tokio::task::yield_now().await;
    name
}

#[taskvisor::job(slot = "größe-{größe}")]
async fn in_other_letters(größe: u8) -> u8 {
    tokio::task::yield_now().await;
    größe
}

#[taskvisor::task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    let job = nowhere { number: 4 };
    assert_eq!(job.slot(), None);
    assert_eq!(supervisor.submit(job)?.await?, 4);

    assert_eq!(fixed {}.slot().as_deref(), Some("nightly"));
    supervisor.submit(fixed {})?.await?;

    let job = shared { number: 4 };
    assert_eq!(job.slot().as_deref(), Some(SHARED));
    assert_eq!(supervisor.submit(job)?.await?, 4);
    assert_eq!(named {}.slot().as_deref(), Some("slot of named"));
    supervisor.submit(named {})?.await?;

    let job = alone { name: "alone".to_owned() };
    assert_eq!(job.slot().as_deref(), Some("alone"));
    assert_eq!(supervisor.submit(job.with_slot("elsewhere"))?.await?, "alone");

    let job = unused_in_the_body { tenant: Tenant(7), path: "a b".into() };
    assert_eq!(job.slot().as_deref(), Some("tenant 7/\"a b\""));
    supervisor.submit(job)?.await?;

    let job = formatted {
        number: 42,
        kind: vec!["a"],
        width: 3,
        text: "abc".to_owned(),
        share: 0.25,
        precision: 1,
    };
    assert_eq!(job.slot().as_deref(), Some("{0042}-[\"a\"]- 42-0x2a---abc---0.2"));
    assert_eq!(supervisor.submit(job)?.await?, 42);

    assert_eq!(shared_mail { mail: 1 }.slot().as_deref(), Some("mail"));
    assert_eq!(names_as_text { mail: 1, day: 2 }.slot().as_deref(), Some("send(mail)@2:mail[day]"));

    let job = raw { name: "four" };
    assert_eq!(job.slot().as_deref(), Some(r#"a "quoted" \ four"#));
    assert_eq!(supervisor.submit(job)?.await?, 4);

    let job = continued { name: 'x' };
    assert_eq!(job.slot().as_deref(), Some("over two lines: 'x'"));
    assert_eq!(supervisor.submit(job)?.await?, 'x');

    let job = in_other_letters { größe: 4 };
    assert_eq!(job.slot().as_deref(), Some("größe-4"));
    assert_eq!(supervisor.submit(job)?.await?, 4);
    Ok(())
}

#[taskvisor::main]
async fn start(_: &mut App) {
    tokio::task::yield_now().await;
}

fn main() -> ExitCode {
    start()
}
