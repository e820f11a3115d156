//! The options of a subscriber.

use super::show::{configured, text};
use super::{Applies, OptionRow, row};
#[cfg(feature = "config")]
use super::{change, read};
use crate::runtime::subscriber::Subscriber;

pub(in crate::app) const SUBSCRIBER: &[OptionRow<Subscriber>] = &[row!(
    "queue",
    Restart,
    |subscriber, _| configured(text(subscriber.queue), subscriber.queue == Subscriber::QUEUE),
    |_, value| change(read::events(value)?, Subscriber::with_queue)
)];
