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

/// A copy that every user may run: the folders of a checkout may be closed to others.
#[cfg(target_os = "linux")]
pub(crate) fn public_copy(name: &'static str) -> PathBuf {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let public = Permissions::from_mode(0o755);
    let folder = FOLDER.get_or_init(|| {
        let folder = env::temp_dir().join("taskvisor-tests");
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        fs::set_permissions(&folder, public.clone()).expect("it is ours");
        // One that is renamed replaces another that may run just now.
        let copy = folder.join(std::process::id().to_string());
        fs::copy(path(name), &copy).expect("there is room for a copy");
        fs::set_permissions(&copy, public).expect("it is ours");
        fs::rename(&copy, folder.join(name)).expect("it is the same folder");
        folder
    });
    folder.join(name)
}
