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

/// Set in the places of those who may be taken out before the others.
const BRIEF: u32 = 1 << 31;

impl Wakers {
    /// Registers `waker` under the place in `key`, or takes a new place.
    #[must_use = "drop it after the lock"]
    pub(crate) fn register(&mut self, key: &mut Option<u32>, waker: &Waker) -> Option<Waker> {
        self.register_among(0, key, waker)
    }

    /// The same for one that `take_brief` takes out too.
    #[must_use = "drop it after the lock"]
    pub(crate) fn register_brief(&mut self, key: &mut Option<u32>, waker: &Waker) -> Option<Waker> {
        self.register_among(BRIEF, key, waker)
    }

    fn register_among(&mut self, group: u32, key: &mut Option<u32>, waker: &Waker) -> Option<Waker> {
        if let Some(place) = *key {
            if let Some(held) = self.held(place) {
                if held.will_wake(waker) {
                    return None;
                }
                return Some(mem::replace(held, waker.clone()));
            }
        }
        self.issued = self.issued.wrapping_add(1) & !BRIEF;
        let place = self.issued | group;
        *key = Some(place);
        if self.first.is_none() {
            (self.place, self.first) = (place, Some(waker.clone()));
        } else {
            self.rest.get_or_insert_default().push((place, waker.clone()));
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

    /// Takes out those who were registered as brief, if there are any.
    #[must_use = "wake them after the lock"]
    pub(crate) fn take_brief(&mut self) -> Option<Self> {
        let first = if is_brief(self.place) { self.first.take() } else { None };
        let rest = self.rest.as_mut().and_then(|rest| take_brief(rest));
        (first.is_some() || rest.is_some()).then(|| Self { first, rest, ..*self })
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

fn is_brief(place: u32) -> bool {
    place & BRIEF != 0
}

#[allow(clippy::box_collection, reason = "as it is kept")]
fn take_brief(rest: &mut Vec<(u32, Waker)>) -> Option<Box<Vec<(u32, Waker)>>> {
    if !rest.iter().any(|(place, _)| is_brief(*place)) {
        return None;
    }
    let (brief, others) = mem::take(rest).into_iter().partition(|(place, _)| is_brief(*place));
    *rest = others;
    Some(Box::new(brief))
}
