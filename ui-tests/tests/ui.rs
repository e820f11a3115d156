//! What the compiler tells a user of the attributes, word for word, and programs that must compile and run.
//!
//! `TRYBUILD=overwrite cargo test -p ui-tests` writes the messages anew; read the difference as a user would.

/// Diagnostics change from one compiler to the next, so they are compared on one.
#[rustversion::attr(not(stable(1.95)), ignore = "messages are pinned to 1.95")]
#[test]
fn mistakes() {
    trybuild::TestCases::new().compile_fail("tests/fail/**/*.rs");
}

/// Apart from the mistakes: mixed with them, every case would be built on its own.
#[rustversion::attr(not(stable(1.95)), ignore = "built with the mistakes")]
#[test]
fn programs() {
    trybuild::TestCases::new().pass("tests/pass/*.rs");
}
