//! The paths of the programs.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder of the workspace. The programs run in it.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a member of the workspace")
}

/// An example of the workspace, or a fixture, built from the sources as they are now.
pub(crate) fn path(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(build).join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// Builds all examples beside this test. `cargo test --workspace` has already built them, so this build does nothing
/// then. Cargo does not build them for a single package or a single test.
fn build() -> PathBuf {
    let test = env::current_exe().expect("the path of the test is known");
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

/// Returns a copy that every user may run, because other users may lack access to the checkout.
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
        // A rename can replace a copy that another test is running.
        let copy = folder.join(std::process::id().to_string());
        fs::copy(path(name), &copy).expect("there is room for a copy");
        fs::set_permissions(&copy, public).expect("it is ours");
        fs::rename(&copy, folder.join(name)).expect("it is the same folder");
        folder
    });
    folder.join(name)
}
