//! Every spelling of options: spaces, commas, comments, raw strings, numbers in all notations.

use std::process::ExitCode;

use taskvisor::prelude::*;

async fn wait() {
    tokio::task::yield_now().await;
}

#[task()]
async fn no_options() {
    wait().await;
}

#[rustfmt::skip]
#[task (
    // Text in comments,
    timeout=r"1h 30m 5s 3ms",  /* or between, */
    name   =   r#"a "name""#  ,
    max_retries = 0x_10, backoff ( exp , first = "1s" , max="2s", ), )]
async fn spaced() {
    wait().await;
}

#[rustfmt::skip]
#[task(name = "commented" /* a /* b */ → c */, /*/* “ */ ` */ timeout = "5s")]
async fn in_comments() {
    wait().await;
}

#[task(max_retries = 1_000, backoff(exp, factor = 3, jitter = "decorrelated"), restart = "on-failure")]
async fn plain_numbers() {
    wait().await;
}

#[task(max_retries = 3_u32, backoff(constant, first = "1500us"))]
async fn suffixed_numbers() {
    wait().await;
}

#[task(max_retries = 0b11, backoff(exp, factor = 1e1), stable_after = "1day")]
async fn other_numbers() {
    wait().await;
}

#[task(backoff(none), name = "many words, größer \u{2192} \"weiter\"")]
async fn escaped() {
    wait().await;
}

#[task(
    name = "over two \
            lines",
    backoff = "none",
    delay = "0s",
    restart = "always"
)]
async fn continued(ctx: TaskContext) {
    ctx.cancelled().await;
}

#[task(cron = r"30 0 3 * * MON-FRI", tz = "UTC", overlap = "skip", missed = "once", start_delay = "1m 30s")]
async fn nightly() {
    wait().await;
}

#[task(cron = "@daily", max_failures = "3 in 1week", on_give_up = "pause")]
async fn daily() {
    wait().await;
}

#[job(slot = "{tenant}", queue = 1_0, max_retries = 3, backoff(constant, first = "1ms",))]
async fn numbered(tenant: u8) -> u8 {
    wait().await;
    tenant
}

#[subscriber(on(Failed, Ended,), queue = 0x10, name = r"received")]
async fn received(event: &Event) {
    wait().await;
    assert!(!event.to_string().is_empty());
}

#[subscriber()]
async fn received_all(_: &Event) {
    wait().await;
}

#[task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    assert_eq!(supervisor.submit(numbered { tenant: 4 })?.await?, 4);
    supervisor.stop();
    Ok(())
}

#[taskvisor::main(flavor = "multi_thread", worker_threads = 0x2, grace = "5s", crates = [], max_concurrent = 1_6,)]
async fn start(_: &mut App) {
    wait().await;
}

fn main() -> ExitCode {
    let names = [no_options::NAME, spaced::NAME, escaped::NAME, continued::NAME, in_comments::NAME];
    assert_eq!(
        names,
        ["no_options", "a \"name\"", "many words, größer → \"weiter\"", "over two lines", "commented"]
    );
    assert_eq!(
        (received::NAME, received_all::NAME, numbered::NAME),
        ("received", "received_all", "numbered")
    );
    assert_eq!(plain_numbers::spec().name(), suffixed_numbers::NAME.replace("suffixed", "plain"));
    assert_eq!(other_numbers::NAME, "other_numbers");
    start()
}
