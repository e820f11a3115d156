//! `use taskvisor::*` brings hidden traits into scope. None of their functions is called in place of a method of the user.

#![allow(clippy::wildcard_imports)]

use std::process::ExitCode;

use taskvisor::*;

struct Mail {
    is_sent: bool,
}

impl Mail {
    fn sent(&self) -> bool {
        self.is_sent
    }

    fn checked(&self) -> bool {
        self.is_sent
    }

    fn spec(&self) -> bool {
        self.is_sent
    }
}

trait Cloned {
    fn cloned(&self) -> Self;
}

impl Cloned for String {
    fn cloned(&self) -> Self {
        self.clone()
    }
}

#[job(slot = "{address}")]
async fn send(address: String, mails: Vec<String>) -> usize {
    tokio::task::yield_now().await;
    mails.len() + address.len()
}

#[task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) {
    let mail = Mail { is_sent: true };
    assert!(mail.sent() && mail.checked() && mail.spec());
    let job = send { address: "a".to_owned().cloned(), mails: vec![String::new()] };
    assert_eq!(supervisor.submit(job).expect("accepted").await.expect("a value"), 2);
    supervisor.stop();
}

#[taskvisor::main]
async fn start() {
    tokio::task::yield_now().await;
}

fn main() -> ExitCode {
    start()
}
