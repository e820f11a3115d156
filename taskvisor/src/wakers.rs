//! Who waits for something: a list of wakers, inline for one, kept under the lock of what they wait for.

use std::mem;
use std::task::Waker;

use crate::panics::contain;

/// Every method hands back the wakers it removes: waking and dropping them is for after the lock.
#[derive(Debug, Default)]
pub(crate) struct Wakers {
    issued: u32,
    first: Option<(u32, Waker)>,
    rest: Vec<(u32, Waker)>,
}

impl Wakers {
    /// Registers `waker` under the place in `key`, or takes a new place.
    #[must_use = "drop it after the lock"]
    pub(crate) fn register(&mut self, key: &mut Option<u32>, waker: &Waker) -> Option<Waker> {
        if let Some(place) = *key {
            if let Some((_, held)) = self.iter_mut().find(|(number, _)| *number == place) {
                if held.will_wake(waker) {
                    return None;
                }
                return Some(mem::replace(held, waker.clone()));
            }
        }
        self.issued = self.issued.wrapping_add(1);
        *key = Some(self.issued);
        let entry = (self.issued, waker.clone());
        if self.first.is_none() {
            self.first = Some(entry);
        } else {
            self.rest.push(entry);
        }
        None
    }

    /// Gives up the place in `key`, so that a waiter that went away leaves nothing behind.
    #[must_use = "drop it after the lock"]
    pub(crate) fn remove(&mut self, key: Option<u32>) -> Option<Waker> {
        let place = key?;
        if self.first.as_ref().is_some_and(|(number, _)| *number == place) {
            return self.first.take().map(|(_, waker)| waker);
        }
        let index = self.rest.iter().position(|(number, _)| *number == place)?;
        Some(self.rest.swap_remove(index).1)
    }

    /// Empties the list; the places already given stay unique.
    #[must_use = "wake them after the lock"]
    pub(crate) fn take(&mut self) -> Self {
        Self { issued: self.issued, first: self.first.take(), rest: mem::take(&mut self.rest) }
    }

    /// A waker may be anybody's code: one that panics does not keep the others asleep.
    pub(crate) fn wake(self) {
        for (_, waker) in self.first.into_iter().chain(self.rest) {
            let _ = contain(|| waker.wake());
        }
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut (u32, Waker)> {
        self.first.iter_mut().chain(self.rest.iter_mut())
    }
}
