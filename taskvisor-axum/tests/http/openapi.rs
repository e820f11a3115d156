use std::path::Path;
use std::{env, fs};

use serde_json::Value;

/// The committed file, which the server serves.
const COMMITTED: &str = include_str!("../../openapi.json");

#[test]
fn the_committed_file_is_up_to_date() {
    let generated = taskvisor_axum::openapi();
    if env::var_os("BLESS").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json"), &generated)
            .expect("it is writable");
        return;
    }
    // Not the texts: the order of the keys depends on the features of `serde_json` that other crates turn on.
    let [committed, generated] =
        [COMMITTED, &generated].map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
    assert!(
        committed == generated,
        "`openapi.json` is out of date: run the test with BLESS=1, and commit the file"
    );
}
