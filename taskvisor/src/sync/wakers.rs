//! A list of wakers, kept under the lock of the state that its waiters wait for. The first waiter is stored inline.
//!
//! A waker may run foreign code, of another executor for instance. It is therefore cloned before the lock is taken, and
//! woken and dropped after the lock is released.

use std::collections::BTreeMap;
use std::mem;
use std::num::NonZero;
use std::task::Waker;

use super::panics::contain;

/// Identifies one registration in a list of wakers.
///
/// The list issues an id only once. A waiter whose waker was taken out, and which then removes its old id, cannot remove
/// the waker of another waiter.
///
/// | bits | name | meaning |
/// |---|---|---|
/// | 63 | [`ATTEMPT_SCOPED`] | the waiter waits for the end of an attempt; `take_attempt_waiters` takes it out too |
/// | 62 | [`INLINE`] | the waker is stored in the list itself, not in the overflow map |
/// | 0 to 61 | | a counter, one for the inline waker and one for the overflow map; never zero |
///
/// `INLINE` keeps the ids of the two counters apart. `ATTEMPT_SCOPED` is the highest bit, so that all attempt-scoped
/// waiters are the last ones of the ordered map, and one `split_off` takes them out.
pub(crate) type WaiterId = NonZero<u64>;

const ATTEMPT_SCOPED: u64 = 1 << 63;
const INLINE: u64 = 1 << 62;

/// The id before the first inline waker. No waker has it.
const FIRST_INLINE_ID: WaiterId = match NonZero::new(INLINE) {
    Some(id) => id,
    None => unreachable!(),
};

/// The wakers of one state. [`check_or_register`] registers them.
///
/// `A` is the type of the attachment: data under the same lock that few states have. It is stored in the box of the overflow, so that
/// the other states pay nothing for it.
#[derive(Debug)]
pub(crate) struct Wakers<A = ()> {
    /// The id of the waker in `inline`, or of the one that was there last.
    // Never zero: a cell keeps the wakers of a live task or what an ended one leaves, and tells them apart by this field.
    inline_id: WaiterId,
    inline: Option<Waker>,
    /// All other wakers. Boxed, because every task pays for the space and few tasks have a second waiter.
    overflow: Option<Box<Overflow<A>>>,
}

impl<A> Default for Wakers<A> {
    fn default() -> Self {
        Self { inline_id: FIRST_INLINE_ID, inline: None, overflow: None }
    }
}

#[derive(Debug)]
struct Overflow<A> {
    issued: u64,
    wakers: BTreeMap<u64, Waker>,
    attached: Option<A>,
}

impl<A> Default for Overflow<A> {
    fn default() -> Self {
        Self { issued: 0, wakers: BTreeMap::new(), attached: None }
    }
}

/// The waker to register, with a clone of it if the registration needs one. Afterwards the clone's place holds the waker
/// that was replaced, so that it is dropped after the lock.
#[derive(Debug)]
pub(crate) struct WakerSource<'a> {
    waker: &'a Waker,
    clone: Option<Waker>,
}

/// Calls `check`, which locks the state and either returns what it found there, or registers the waker.
///
/// `check` returns `None` if it needs a clone of the waker. It is then called a second time, with the clone.
pub(crate) fn check_or_register<T>(
    id: &mut Option<WaiterId>,
    waker: &Waker,
    check: impl Fn(&mut Option<WaiterId>, &mut WakerSource<'_>) -> Option<T>,
) -> T {
    // A waiter without an id always needs the clone. One with an id has usually registered this very waker already, so
    // the clone is made only if the check asks for it.
    let mut source = WakerSource { waker, clone: id.is_none().then(|| waker.clone()) };
    loop {
        if let Some(found) = check(id, &mut source) {
            return found;
        }
        // The check has released its lock: cloning a waker runs code of its executor.
        source.clone = Some(waker.clone());
    }
}

impl<A> Wakers<A> {
    /// The place of the attachment. Allocates it on the first call.
    pub(crate) fn attachment(&mut self) -> &mut Option<A> {
        &mut self.overflow.get_or_insert_default().attached
    }

    #[inline]
    pub(crate) fn attached(&self) -> Option<&A> {
        self.overflow.as_ref().and_then(|overflow| overflow.attached.as_ref())
    }

    /// Registers the waker under `id`, or under a new id. Returns `false` if it needs a clone of the waker first.
    #[must_use = "`false` means that the waker is not registered yet"]
    pub(crate) fn register(&mut self, id: &mut Option<WaiterId>, source: &mut WakerSource<'_>) -> bool {
        self.register_scoped(0, id, source)
    }

    /// Registers the waker like [`register`](Self::register); `take_attempt_waiters` takes it out too.
    #[must_use = "`false` means that the waker is not registered yet"]
    pub(crate) fn register_for_attempt(
        &mut self,
        id: &mut Option<WaiterId>,
        source: &mut WakerSource<'_>,
    ) -> bool {
        self.register_scoped(ATTEMPT_SCOPED, id, source)
    }

    fn register_scoped(
        &mut self,
        scope: u64,
        id: &mut Option<WaiterId>,
        source: &mut WakerSource<'_>,
    ) -> bool {
        let registered = id.and_then(|id| self.get_mut(id));
        // The usual case of a second poll: the waker is still there and still the right one.
        if registered.as_ref().is_some_and(|registered| registered.will_wake(source.waker)) {
            return true;
        }
        let Some(waker) = source.clone.take() else { return false };
        match registered {
            // The replaced waker leaves through `source`: the caller holds the lock, and dropping it is foreign code.
            Some(registered) => source.clone = Some(mem::replace(registered, waker)),
            // The waker was taken out meanwhile. Its id is not reused: see `WaiterId`.
            None => *id = self.insert(scope, waker),
        }
        true
    }

    fn insert(&mut self, scope: u64, waker: Waker) -> Option<WaiterId> {
        if self.inline.is_none() {
            let counter = (self.inline_id.get() + 1) & !(ATTEMPT_SCOPED | INLINE);
            self.inline_id = FIRST_INLINE_ID | counter | scope;
            self.inline = Some(waker);
            return Some(self.inline_id);
        }
        let overflow = self.overflow.get_or_insert_default();
        overflow.issued += 1;
        overflow.wakers.insert(overflow.issued | scope, waker);
        NonZero::new(overflow.issued | scope)
    }

    /// Removes a registration, so that a waiter that is dropped leaves nothing behind.
    #[must_use = "drop the waker after the lock"]
    pub(crate) fn remove(&mut self, id: Option<WaiterId>) -> Option<Waker> {
        let id = id?;
        if self.inline_id == id {
            self.inline.take()
        } else {
            self.overflow.as_mut()?.wakers.remove(&id.get())
        }
    }

    fn get_mut(&mut self, id: WaiterId) -> Option<&mut Waker> {
        if self.inline_id == id {
            self.inline.as_mut()
        } else {
            self.overflow.as_mut()?.wakers.get_mut(&id.get())
        }
    }

    /// Takes out all wakers.
    #[inline]
    pub(crate) fn take(&mut self) -> WakeList {
        WakeList {
            inline: self.inline.take(),
            // The box and its counter stay: later ids must differ from those issued so far.
            overflow: self.overflow.as_mut().map(|overflow| mem::take(&mut overflow.wakers)),
        }
    }

    /// Takes out the attempt-scoped wakers. `None` if there are none.
    #[inline]
    pub(crate) fn take_attempt_waiters(&mut self) -> Option<WakeList> {
        let inline = if is_attempt_scoped(self.inline_id.get()) { self.inline.take() } else { None };
        let overflow = self
            .overflow
            .as_mut()
            // They sort last, so the last key says whether there are any. Most attempts end without: skip the split.
            .filter(|overflow| overflow.wakers.keys().next_back().copied().is_some_and(is_attempt_scoped));
        let overflow = overflow.map(|overflow| overflow.wakers.split_off(&ATTEMPT_SCOPED));
        (inline.is_some() || overflow.is_some()).then(|| WakeList { inline, overflow })
    }
}

fn is_attempt_scoped(id: u64) -> bool {
    id & ATTEMPT_SCOPED != 0
}

/// Wakers that were taken out of their list, to be woken once the lock is released.
#[must_use = "wake them after the lock"]
#[derive(Debug)]
pub(crate) struct WakeList {
    inline: Option<Waker>,
    overflow: Option<BTreeMap<u64, Waker>>,
}

impl WakeList {
    pub(crate) fn is_empty(&self) -> bool {
        self.inline.is_none() && self.overflow.as_ref().is_none_or(BTreeMap::is_empty)
    }

    /// Wakes every waiter.
    pub(crate) fn wake(self) {
        // Contained one by one: a waker that panics must not keep the other waiters asleep.
        if let Some(inline) = self.inline {
            let _ = contain(|| inline.wake());
        }
        if let Some(overflow) = self.overflow {
            for waker in overflow.into_values() {
                let _ = contain(|| waker.wake());
            }
        }
    }
}
