//! What the runtime tells others than subscribers: at the place where it happens, and not through the queues of events, which may
//! lose some. Without its feature, each module consists of empty functions, so that their callers need no condition.

pub(crate) mod metrics;
