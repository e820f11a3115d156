//! Where the programs are.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder of the workspace, which the programs are started in.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a member of the workspace")
}

/// An example of the workspace, or a fixture, built from the sources as they are now.
pub(crate) fn path(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(build).join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// Builds all examples beside this test. Cargo does it by itself for `cargo test --workspace`, and then there is
/// nothing left to do; but not for a single package, nor for a single test.
fn build() -> PathBuf {
    let test = env::current_exe().expect("a test knows where it is");
    // TARGET/PROFILE/deps/TEST
    let outputs = test.ancestors().nth(2).expect("cargo has put it there");
    let target = outputs.parent().expect("cargo has put it there");
    let profile = match outputs.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from(env!("CARGO")));
    // The whole workspace, so that its dependencies have the same features as in `cargo test --workspace`.
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--workspace", "--examples", "--profile", profile, "--target-dir"])
        .arg(target)
        .current_dir(workspace())
        .status()
        .expect("cargo can be started");
    assert!(built.success(), "the examples cannot be built");
    outputs.join("examples")
}
