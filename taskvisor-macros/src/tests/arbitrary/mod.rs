//! Properties that an attribute has on arbitrary input: it terminates, and either expands or reports an error.
//!
//! `PROPTEST_CASES=200000 cargo test -p taskvisor-macros arbitrary` checks more than the usual few hundred. A failing usage
//! is shrunk, and printed with the seed that replays it. With `RUSTFLAGS="--cfg taskvisor_places"` the places of errors are checked,
//! too, and every usage of the exhaustive tests; without it, some of them.

mod usage;
mod trees;
mod properties;
mod runner;
mod random_tokens;
mod plausible;
mod edits;

use self::properties::Verdict;
use self::runner::{Verdicts, run_cases, run_on_a_thread};

/// Without each of these verdicts, a test would prove little.
#[track_caller]
fn assert_each_occurs(verdicts: &Verdicts) {
    println!("{verdicts:?}");
    for verdict in [Verdict::Declared, Verdict::Rejected, Verdict::NotAFunction] {
        assert!(verdicts.contains_key(&verdict), "{verdict:?} is missing: {verdicts:?}");
    }
}

/// All usages if the places of their errors are checked, and otherwise one of eleven. CI runs both.
fn some_of<T>(usages: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    // A prime, so that it is not always the same position of each list that is checked.
    usages.step_by(if cfg!(taskvisor_places) { 1 } else { 11 })
}

#[test]
fn valid_usages_are_declared() {
    let verdicts = run_on_a_thread(|trial| {
        let mut right = usage::VALID.iter();
        right.try_for_each(|(attribute, arguments, item)| {
            trial.check(&usage::Usage::parse(*attribute, arguments, item))
        })
    });
    assert_eq!(verdicts.keys().collect::<Vec<_>>(), [&Verdict::Declared]);
}

#[test]
fn random_tokens() {
    println!("{:?}", run_cases(random_tokens::usages));
}

#[test]
fn plausible_usages() {
    assert_each_occurs(&run_cases(plausible::usages));
}

#[test]
fn each_value_of_each_option() {
    run_on_a_thread(|trial| some_of(plausible::each_value()).try_for_each(|usage| trial.check(&usage)));
}

/// Each prefix of each valid usage is among them, because an editor expands a macro while it is typed.
#[test]
fn each_edit_of_each_token() {
    assert_each_occurs(&run_on_a_thread(|trial| {
        some_of(edits::single()).try_for_each(|usage| trial.check(&usage))
    }));
}

#[test]
fn random_edits() {
    assert_each_occurs(&run_cases(edits::usages));
}

#[test]
fn random_bodies() {
    let verdicts = run_cases(edits::bodies);
    assert_eq!(verdicts.keys().collect::<Vec<_>>(), [&Verdict::Declared]);
}
