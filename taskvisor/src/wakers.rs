//! Who waits for something: a list of wakers, inline for one, kept under the lock of what they wait for.

use std::mem;
use std::task::Waker;

use crate::panics::contain;

/// Every method hands back the wakers it removes: waking and dropping them is for after the lock.
#[derive(Debug, Default)]
pub(crate) struct Wakers {
    issued: u32,
    place: u32,
    /// In `place`.
    first: Option<Waker>,
    /// All others, each with its place. Boxed, because every task pays for the room and hardly any needs it.
    #[allow(clippy::box_collection, reason = "see above")]
    rest: Option<Box<Vec<(u32, Waker)>>>,
}

impl Wakers {
    /// Registers `waker` under the place in `key`, or takes a new place.
    #[must_use = "drop it after the lock"]
    pub(crate) fn register(&mut self, key: &mut Option<u32>, waker: &Waker) -> Option<Waker> {
        if let Some(place) = *key {
            if let Some(held) = self.held(place) {
                if held.will_wake(waker) {
                    return None;
                }
                return Some(mem::replace(held, waker.clone()));
            }
        }
        self.issued = self.issued.wrapping_add(1);
        *key = Some(self.issued);
        if self.first.is_none() {
            (self.place, self.first) = (self.issued, Some(waker.clone()));
        } else {
            self.rest.get_or_insert_default().push((self.issued, waker.clone()));
        }
        None
    }

    /// Gives up the place in `key`, so that a waiter that went away leaves nothing behind.
    #[must_use = "drop it after the lock"]
    pub(crate) fn remove(&mut self, key: Option<u32>) -> Option<Waker> {
        let place = key?;
        if self.place == place && self.first.is_some() {
            return self.first.take();
        }
        let rest = self.rest.as_mut()?;
        let index = rest.iter().position(|(number, _)| *number == place)?;
        Some(rest.swap_remove(index).1)
    }

    /// Empties the list; the places already given stay unique.
    #[must_use = "wake them after the lock"]
    pub(crate) fn take(&mut self) -> Self {
        Self { first: self.first.take(), rest: self.rest.take(), ..*self }
    }

    /// A waker may be anybody's code: one that panics does not keep the others asleep.
    pub(crate) fn wake(self) {
        if let Some(first) = self.first {
            let _ = contain(|| first.wake());
        }
        for (_, waker) in self.rest.into_iter().flat_map(|rest| *rest) {
            let _ = contain(|| waker.wake());
        }
    }

    fn held(&mut self, place: u32) -> Option<&mut Waker> {
        if self.place == place && self.first.is_some() {
            return self.first.as_mut();
        }
        let rest = self.rest.as_mut()?;
        rest.iter_mut().find(|(number, _)| *number == place).map(|(_, waker)| waker)
    }
}
