//! Finds what is declared: in the package of the application, and in the crates it names.

use std::collections::BTreeMap;

use super::options::MainOptions;
use super::{App, Listed};
use crate::declare::{Canary, SubscriberDescriptor, TaskDescriptor};
use crate::spec::{Location, TaskSpec};
use crate::subscriber::Subscriber;

/// What was found beside what is run.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// How many declarations there are in crates that are linked but not named.
    pub(super) unnamed: BTreeMap<&'static str, usize>,
    /// Named crates that declare nothing.
    pub(super) empty: Vec<&'static str>,
    /// Whether declarations can be found on this platform at all.
    pub(super) works: bool,
}

impl App {
    /// Adds the declarations, in the order of file, line and name, before what is listed by hand.
    pub(super) fn discover(&mut self, options: &MainOptions) -> Found {
        let mut found = Found {
            works: inventory::iter::<Canary>.into_iter().next().is_some(),
            empty: options.crates.to_vec(),
            ..Found::default()
        };
        let mut tasks: Vec<&'static TaskDescriptor> = inventory::iter::<&TaskDescriptor>
            .into_iter()
            .copied()
            .filter(|task| found.admits(&task.location, options))
            .collect();
        tasks.sort_by_key(|task| (task.location, task.name));
        let listed = std::mem::take(&mut self.tasks);
        self.tasks = tasks.into_iter().map(declared).chain(listed).collect();

        let mut subscribers: Vec<&'static SubscriberDescriptor> = inventory::iter::<&SubscriberDescriptor>
            .into_iter()
            .copied()
            .filter(|subscriber| found.admits(&subscriber.location, options))
            .collect();
        subscribers.sort_by_key(|subscriber| (subscriber.location, subscriber.name));
        let given = std::mem::take(&mut self.subscribers);
        self.subscribers = subscribers.into_iter().map(Subscriber::declared).chain(given).collect();
        #[cfg(feature = "controller")]
        self.discover_jobs(options, &mut found);
        found
    }
}

#[cfg(feature = "controller")]
impl App {
    fn discover_jobs(&mut self, options: &MainOptions, found: &mut Found) {
        self.jobs = inventory::iter::<&crate::job::JobDescriptor>
            .into_iter()
            .copied()
            .filter(|job| found.admits(&job.location, options))
            .collect();
        self.jobs.sort_by_key(|job| (job.location, job.name));
    }
}

impl Found {
    fn admits(&mut self, location: &Location, options: &MainOptions) -> bool {
        let own = match (location.package, options.package) {
            (Some(package), Some(application)) => package == application,
            _ => Some(location.krate()) == options.module.split("::").next(),
        };
        let krate = location.krate();
        self.empty.retain(|named| *named != krate);
        let admitted = own || options.crates.contains(&krate);
        if !admitted {
            *self.unnamed.entry(krate).or_default() += 1;
        }
        admitted
    }

    /// What is linked and not run, in words.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        self.unnamed.iter().map(|(krate, count)| {
            format!(
                "the crate `{krate}` is linked and makes {count} declarations that are not run; to run them, \
                 name it: `#[taskvisor::main(crates = [{krate}])]`"
            )
        })
    }
}

fn declared(descriptor: &'static TaskDescriptor) -> Listed {
    Listed { spec: TaskSpec::declared(descriptor), place: descriptor.location.to_string() }
}
