//! The capacity of a slot, as each of its submissions declares it.

/// How many owners a slot has at most while this submission is one of them. At least one.
// Three bytes, so that an owner and a waiting submission keep it in their padding. The most significant byte is first, so that
// the derived order is that of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Capacity([u8; 3]);

impl Capacity {
    pub(crate) const ONE: Self = Self([0, 0, 1]);
    pub(crate) const MAX: Self = Self([u8::MAX; 3]);

    /// Zero counts as one. A larger number than three bytes can hold counts as the largest one, 16,777,215, which no process reaches.
    pub(crate) fn new(owners: usize) -> Self {
        match u32::try_from(owners.max(1)).unwrap_or(u32::MAX).to_be_bytes() {
            [0, bytes @ ..] => Self(bytes),
            _ => Self::MAX,
        }
    }

    pub(crate) fn get(self) -> usize {
        let [high, middle, low] = self.0;
        usize::try_from(u32::from_be_bytes([0, high, middle, low])).unwrap_or(usize::MAX)
    }

    /// The next larger capacity.
    pub(super) fn successor(self) -> Option<Self> {
        (self < Self::MAX).then(|| Self::new(self.get() + 1))
    }

    /// Whether the submission can share its slot with another one.
    pub(crate) fn is_shared(self) -> bool {
        self != Self::ONE
    }
}

#[cfg(test)]
mod tests {
    use super::Capacity;

    #[test]
    fn a_capacity_is_its_number_and_saturates() {
        for owners in [1, 2, 255, 256, 65_536, 16_777_215] {
            assert_eq!(Capacity::new(owners).get(), owners);
        }
        assert_eq!(Capacity::new(0), Capacity::ONE);
        for owners in [16_777_216, usize::MAX] {
            assert_eq!(Capacity::new(owners), Capacity::MAX);
        }
    }

    #[test]
    fn capacities_are_ordered_as_their_numbers() {
        let ordered = [1, 2, 255, 256, 65_535, 65_536, usize::MAX].map(Capacity::new);
        assert!(ordered.is_sorted_by(|smaller, larger| smaller < larger));
        assert_eq!(Capacity::new(255).successor(), Some(Capacity::new(256)));
        assert_eq!(Capacity::MAX.successor(), None);
    }
}
