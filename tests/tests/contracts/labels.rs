//! Contract 24: the labels of kinds of failures, which tools write and compare.

use taskvisor::FailureKind;

#[test]
fn each_kind_of_failure_has_a_label() {
    use FailureKind::*;
    let kinds = [Error, Fatal, Timeout, Panic, Canceled, NotReady, Stalled, Dependency];
    for kind in kinds {
        // The name of the variant in lower case with underscores.
        let mut label = String::new();
        for letter in format!("{kind:?}").chars() {
            if letter.is_uppercase() && !label.is_empty() {
                label.push('_');
            }
            label.extend(letter.to_lowercase());
        }
        assert_eq!((kind.label(), kind.to_string()), (&*label, label.clone()));
        assert_eq!(format!("{kind:>12}"), format!("{label:>12}"));
    }
}
