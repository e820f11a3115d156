//! Whatever is written, in an attribute or under it: the attribute answers, and keeps its promises.
//!
//! `PROPTEST_CASES=200000 cargo test -p taskvisor-macros arbitrary` tries more than the usual few hundred. What fails is
//! made small, and printed with the seed that finds it again. Where an error points is seen only with
//! `RUSTFLAGS="--cfg taskvisor_places"`.

mod usage;
mod trees;
mod promises;
mod watched;
mod soup;
mod written;
mod edits;

use self::promises::Answer;
use self::watched::{Answers, tried, watched};

/// A test that never gets to one of these answers would show little.
#[track_caller]
fn there_is_each(answers: &Answers) {
    println!("{answers:?}");
    for answer in [Answer::Declared, Answer::Refused, Answer::NoFunction] {
        assert!(answers.contains_key(&answer), "{answer:?} is missing: {answers:?}");
    }
}

#[test]
fn what_is_right_is_declared() {
    let answers = watched(|trial| {
        let mut right = usage::RIGHT.iter();
        right.try_for_each(|(attribute, arguments, item)| {
            trial.keeps_promises(&usage::Usage::written(*attribute, arguments, item))
        })
    });
    assert_eq!(answers.keys().collect::<Vec<_>>(), [&Answer::Declared]);
}

#[test]
fn any_tokens_at_all() {
    println!("{:?}", tried(soup::usages));
}

#[test]
fn what_people_might_write() {
    there_is_each(&tried(written::usages));
}

#[test]
fn each_value_of_each_option() {
    watched(|trial| written::each_value().try_for_each(|usage| trial.keeps_promises(&usage)));
}

/// Each prefix of each valid usage is among them, because an editor expands a macro while it is typed.
#[test]
fn each_edit_of_each_token() {
    there_is_each(&watched(|trial| edits::single().try_for_each(|usage| trial.keeps_promises(&usage))));
}

#[test]
fn a_few_edits_by_chance() {
    there_is_each(&tried(edits::usages));
}

#[test]
fn any_body() {
    let answers = tried(edits::bodies);
    assert_eq!(answers.keys().collect::<Vec<_>>(), [&Answer::Declared]);
}
