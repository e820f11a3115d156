//! The builder rejects an invalid backoff.

use std::time::Duration;

use taskvisor::{BackoffPolicy, InvalidBackoff};

use crate::support::{SECOND, millis, seconds};

fn with_factor(factor: f64) -> Result<BackoffPolicy, InvalidBackoff> {
    BackoffPolicy::builder().factor(factor).build()
}

#[test]
fn a_factor_below_one_or_not_a_number_is_refused() {
    for factor in [0.999, 0.0, -1.0, f64::MIN, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(with_factor(factor), Err(InvalidBackoff::Factor), "{factor}");
    }
}

#[test]
fn any_other_factor_is_accepted() {
    for factor in [1.0, 1.5, 2.0, 1e300, f64::MAX] {
        assert!(with_factor(factor).is_ok(), "{factor}");
    }
}

#[test]
fn a_first_delay_of_zero_is_refused() {
    let refused = BackoffPolicy::builder().first(Duration::ZERO).build();
    assert_eq!(refused, Err(InvalidBackoff::ZeroFirst));
}

#[test]
fn a_first_delay_above_the_largest_is_refused() {
    let refused = BackoffPolicy::builder().first(seconds(31)).build();
    assert_eq!(refused, Err(InvalidBackoff::FirstAboveMax));
    assert_eq!(BackoffPolicy::builder().max(millis(99)).build(), Err(InvalidBackoff::FirstAboveMax));
    assert!(BackoffPolicy::builder().first(SECOND).max(SECOND).build().is_ok());
}

#[test]
fn the_refusal_states_the_valid_values() {
    assert_eq!(
        with_factor(0.5).unwrap_err().to_string(),
        "the backoff's `factor` must be a finite number of at least 1"
    );
    assert!(InvalidBackoff::ZeroFirst.to_string().contains("above zero"));
    assert!(InvalidBackoff::FirstAboveMax.to_string().contains("above its `max`"));
}

#[test]
fn a_policy_can_be_a_constant_of_the_program() {
    const PATIENT: BackoffPolicy = match BackoffPolicy::builder().first(Duration::from_secs(2)).build() {
        Ok(policy) => policy,
        Err(_) => BackoffPolicy::none(),
    };
    const STEADY: BackoffPolicy = BackoffPolicy::constant(Duration::from_secs(5));
    assert_eq!(PATIENT, BackoffPolicy::builder().first(seconds(2)).build().expect("the policy is valid"));
    assert_eq!(STEADY.max(), seconds(5));
}
