//! Makes pictures of the page in its states, so that anyone can look: `cargo run -p taskvisor-axum --example screenshots`
//!
//! | option | means |
//! |---|---|
//! | `--out FOLDER` | where the pictures go; `target/screenshots` by default |
//! | `--only TEXT` | only those whose names contain the text, such as `1000-broken` or `dark-380` |
//!
//! A name says what a picture shows: how many tasks, whether all is well, the color scheme, and the width. Needs Chromium and its driver,
//! as the tests of the page do.

#[cfg(unix)]
#[path = "../../tests/browser/fixture/mod.rs"]
#[allow(dead_code)] // The tests use the rest.
mod fixture;
#[cfg(unix)]
mod scenes;
#[cfg(unix)]
#[path = "../../tests/browser/session/mod.rs"]
#[allow(dead_code)] // The tests use the rest.
mod session;

/// What to do.
#[cfg(unix)]
struct Options {
    out: std::path::PathBuf,
    only: String,
}

#[cfg(unix)]
fn read_options() -> anyhow::Result<Options> {
    let mut options = Options { out: "target/screenshots".into(), only: String::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| anyhow::anyhow!("`{argument}` has no value"));
        match &*argument {
            "--out" => options.out = value()?.into(),
            "--only" => options.only = value()?,
            _ => anyhow::bail!("there is no option `{argument}`: use `--out FOLDER` and `--only TEXT`"),
        }
    }
    Ok(options)
}

#[cfg(unix)]
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = read_options()?;
    let programs =
        session::Programs::find().map_err(|missing| anyhow::anyhow!("`{missing}` is not installed"))?;
    std::fs::create_dir_all(&options.out)?;
    let studio = scenes::Studio::open(&programs, options.out, options.only).await;
    studio.make_all().await
}

#[cfg(not(unix))]
fn main() {
    eprintln!("the harness of the browser needs Unix");
}
