//! Who waits for something: a list of wakers, inline for one, kept under the lock of what they wait for.
//!
//! A waker may be anybody's code. It is cloned before the lock is taken, and woken and dropped after it.

use std::collections::BTreeMap;
use std::mem;
use std::num::NonZero;
use std::task::Waker;

use super::panics::contain;

/// Where a waker is kept. It is given once, so that whoever was taken out meanwhile takes nobody else's.
pub(crate) type WaiterId = NonZero<u64>;

#[derive(Debug, Default)]
pub(crate) struct Wakers {
    /// That of `first`, or of the last that was.
    id: u64,
    first: Option<Waker>,
    /// All others. Boxed, because every task pays for the room and hardly any needs it.
    rest: Option<Box<Rest>>,
}

#[derive(Debug, Default)]
struct Rest {
    issued: u64,
    wakers: BTreeMap<u64, Waker>,
}

/// Set in the places of those who may be taken out before the others. They are the last of the map.
const ATTEMPT_SCOPED: u64 = 1 << 63;

/// Set in the id of whoever is inline.
const FIRST: u64 = 1 << 62;

/// Who comes to wait, with a clone of its waker if it needs a new id; and goes with the one that was replaced.
#[derive(Debug)]
pub(crate) struct Visitor<'a> {
    waker: &'a Waker,
    spare: Option<Waker>,
}

/// Calls `look`, which locks and returns what it found, or registers the visitor. If that needs a clone, which whoever has a
/// id hardly ever does, `look` returns `None` and is called again.
pub(crate) fn visit<T>(
    id: &mut Option<WaiterId>,
    waker: &Waker,
    look: impl Fn(&mut Option<WaiterId>, &mut Visitor<'_>) -> Option<T>,
) -> T {
    let mut visitor = Visitor { waker, spare: id.is_none().then(|| waker.clone()) };
    loop {
        if let Some(found) = look(id, &mut visitor) {
            return found;
        }
        visitor.spare = Some(waker.clone());
    }
}

impl Wakers {
    /// Registers the waker under this id, or gives it a new one. Says whether it could: else the visitor has to come again.
    #[must_use = "it may have to come again"]
    pub(crate) fn register(&mut self, id: &mut Option<WaiterId>, visitor: &mut Visitor<'_>) -> bool {
        self.register_among(0, id, visitor)
    }

    /// The same for one that `take_attempt_waiters` takes out too.
    #[must_use = "it may have to come again"]
    pub(crate) fn register_for_attempt(
        &mut self,
        id: &mut Option<WaiterId>,
        visitor: &mut Visitor<'_>,
    ) -> bool {
        self.register_among(ATTEMPT_SCOPED, id, visitor)
    }

    fn register_among(&mut self, group: u64, id: &mut Option<WaiterId>, visitor: &mut Visitor<'_>) -> bool {
        let held = id.and_then(|id| self.held(id));
        if held.as_ref().is_some_and(|held| held.will_wake(visitor.waker)) {
            return true;
        }
        let Some(waker) = visitor.spare.take() else { return false };
        match held {
            Some(held) => visitor.spare = Some(mem::replace(held, waker)),
            None => *id = self.insert(group, waker),
        }
        true
    }

    fn insert(&mut self, group: u64, waker: Waker) -> Option<WaiterId> {
        if self.first.is_none() {
            self.id = ((self.id + 1) & !(ATTEMPT_SCOPED | FIRST)) | FIRST | group;
            self.first = Some(waker);
            return NonZero::new(self.id);
        }
        let rest = self.rest.get_or_insert_default();
        rest.issued += 1;
        rest.wakers.insert(rest.issued | group, waker);
        NonZero::new(rest.issued | group)
    }

    /// Gives up this id, so that a waiter that went away leaves nothing behind.
    #[must_use = "drop it after the lock"]
    pub(crate) fn remove(&mut self, id: Option<WaiterId>) -> Option<Waker> {
        let id = id?.get();
        if self.id == id { self.first.take() } else { self.rest.as_mut()?.wakers.remove(&id) }
    }

    fn held(&mut self, id: WaiterId) -> Option<&mut Waker> {
        let id = id.get();
        if self.id == id { self.first.as_mut() } else { self.rest.as_mut()?.wakers.get_mut(&id) }
    }

    /// Takes everybody out.
    pub(crate) fn take(&mut self) -> TakenWakers {
        TakenWakers {
            first: self.first.take(),
            rest: self.rest.as_mut().map(|rest| mem::take(&mut rest.wakers)),
        }
    }

    /// Takes those out who were registered as brief, if there are any.
    pub(crate) fn take_attempt_waiters(&mut self) -> Option<TakenWakers> {
        let first = if is_attempt_scoped(self.id) { self.first.take() } else { None };
        let rest = self
            .rest
            .as_mut()
            .filter(|rest| rest.wakers.keys().next_back().copied().is_some_and(is_attempt_scoped));
        let rest = rest.map(|rest| rest.wakers.split_off(&ATTEMPT_SCOPED));
        (first.is_some() || rest.is_some()).then(|| TakenWakers { first, rest })
    }
}

fn is_attempt_scoped(id: u64) -> bool {
    id & ATTEMPT_SCOPED != 0
}

/// Those who were taken out.
#[must_use = "wake them after the lock"]
#[derive(Debug)]
pub(crate) struct TakenWakers {
    first: Option<Waker>,
    rest: Option<BTreeMap<u64, Waker>>,
}

impl TakenWakers {
    /// One that panics does not keep the others asleep.
    pub(crate) fn wake(self) {
        if let Some(first) = self.first {
            let _ = contain(|| first.wake());
        }
        for waker in self.rest.into_iter().flat_map(BTreeMap::into_values) {
            let _ = contain(|| waker.wake());
        }
    }
}
