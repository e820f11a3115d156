//! The totals of orders.

use std::fmt;
use std::ops::AddAssign;
use std::str::FromStr;

/// The sums over some orders.
#[derive(Clone, Copy, Default)]
pub(crate) struct Totals {
    pub(crate) orders: u64,
    pub(crate) pieces: u64,
    pub(crate) amount: Amount,
}

impl Totals {
    pub(crate) fn of_order(quantity: u32, price: Amount) -> Self {
        let pieces = u64::from(quantity);
        Self { orders: 1, pieces, amount: Amount(price.0 * u128::from(pieces)) }
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.orders += other.orders;
        self.pieces += other.pieces;
        self.amount.0 += other.amount.0;
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { orders, pieces, amount } = self;
        write!(f, "orders {orders}, pieces {pieces}, amount {amount}")
    }
}

/// An amount of money in cents, because sums of binary fractions are inexact. It is wide enough that sums of prices
/// cannot overflow.
#[derive(Clone, Copy, Default)]
pub(crate) struct Amount(u128);

impl Amount {
    /// Parses a price such as `12.50`. It accepts no other form, such as `12.5` or `12,50`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (whole, cents) = text.split_once('.')?;
        let whole: u32 = whole_number(whole)?;
        let cents: u32 = whole_number(cents).filter(|_| cents.len() == 2)?;
        Some(Self(u128::from(whole) * 100 + u128::from(cents)))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }
}

/// Parses digits only, without a sign.
pub(crate) fn whole_number<N: FromStr>(text: &str) -> Option<N> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}
