//! The series of a supervisor.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use metrics::{Gauge, SharedString, gauge};

use super::ages::Ages;
use super::describe::{self, describe};
use super::metrics::SeriesId;
use super::series::{Series, get_or_register};
use crate::policy::Config;

/// The label of tasks that are neither declared nor listed in the configuration.
const DYNAMIC: &str = "dynamic";

/// The series by id, and the ids by name. The names never change, so that a lookup takes no lock.
#[derive(Debug)]
pub(super) struct Table {
    ids: HashMap<SharedString, NamedSeries>,
    /// The first one is that of [`SeriesId::DYNAMIC`].
    series: Box<[LabeledSeries]>,
    pub(super) shutdown: Gauge,
    pub(super) ages: Ages,
}

#[derive(Clone, Copy, Debug)]
struct NamedSeries {
    id: SeriesId,
    /// Whether the configuration lists the name, so that tasks that are not declared use it too.
    is_listed: bool,
}

/// Registered by the first task of the name: most programs contain declarations that this supervisor does not run.
#[derive(Debug)]
struct LabeledSeries {
    label: SharedString,
    series: OnceLock<Box<Series>>,
}

impl Table {
    /// Creates the table, if a recorder is installed.
    pub(super) fn new(config: &Config) -> Option<Self> {
        if !has_recorder() {
            return None;
        }
        describe();
        let mut table = Self {
            ids: HashMap::new(),
            series: Box::default(),
            shutdown: gauge!(describe::SHUTDOWN_SECONDS),
            ages: Ages::default(),
        };
        let mut labels = vec![SharedString::const_str(DYNAMIC)];
        let listed =
            config.metric_names().iter().map(|name| (SharedString::from_shared(Arc::from(&**name)), true));
        let declared = declared_names().into_iter().map(|name| (SharedString::const_str(name), false));
        for (name, is_listed) in listed.chain(declared) {
            let next = u16::try_from(labels.len() + 1).ok().filter(|next| *next <= SeriesId::MAX.bits());
            if let (Some(next), false) = (next, table.ids.contains_key(&name)) {
                table.ids.insert(name.clone(), NamedSeries { id: SeriesId::from_bits(next), is_listed });
                labels.push(name);
            }
        }
        table.series =
            labels.into_iter().map(|label| LabeledSeries { label, series: OnceLock::new() }).collect();
        Some(table)
    }

    /// Returns the id of a task, whose series are registered then. `declared` is the name in its declaration.
    pub(super) fn id(&self, name: &str, declared: Option<&'static str>) -> SeriesId {
        let by_name = self.ids.get(name).filter(|named| named.is_listed || declared == Some(name));
        let by_declaration = || self.ids.get(declared?);
        let id = by_name.or_else(by_declaration).map_or(SeriesId::DYNAMIC, |named| named.id);
        if let Some(LabeledSeries { label, series }) = self.labeled(id) {
            get_or_register(series, || Box::new(Series::new(label)));
        }
        id
    }

    #[inline]
    pub(super) fn series(&self, id: SeriesId) -> Option<&Series> {
        Some(&**self.labeled(id)?.series.get()?)
    }

    fn labeled(&self, id: SeriesId) -> Option<&LabeledSeries> {
        self.series.get(usize::from(id.bits()).checked_sub(1)?)
    }
}

/// Whether a recorder is installed. Without one, the facade has a recorder without a size, and no function to find out.
fn has_recorder() -> bool {
    metrics::with_recorder(|recorder| size_of_val(recorder)) > 0
}

/// The names of all declarations in the program.
fn declared_names() -> Vec<&'static str> {
    #[cfg_attr(not(feature = "macros"), allow(unused_mut))]
    let mut names = Vec::new();
    #[cfg(feature = "macros")]
    names.extend(inventory::iter::<&crate::runtime::body::TaskDescriptor>.into_iter().map(|task| task.name));
    #[cfg(all(feature = "macros", feature = "controller"))]
    names.extend(inventory::iter::<&crate::runtime::body::JobDescriptor>.into_iter().map(|job| job.name));
    names
}
