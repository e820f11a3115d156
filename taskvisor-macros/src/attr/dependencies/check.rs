//! Dependencies that contradict each other.

use syn::ext::IdentExt;

use crate::attr::names::Names;
use crate::attr::settings::Settings;
use crate::attr::task_list::{same_path, shown};
use crate::error::Errors;
use crate::error::rule::Rule;

use super::Dependencies;

impl Dependencies {
    /// Reports contradictions, each at the path or the key to remove, and removes wrong paths.
    pub(crate) fn check(&mut self, names: &Names, settings: &Settings, errors: &mut Errors) {
        self.check_interrupt_on_loss(settings, errors);
        for list in [&mut self.after, &mut self.needs].into_iter().flatten() {
            list.value.retain(|path| {
                let is_own = path.get_ident().is_some_and(|name| name.unraw() == names.function);
                if is_own {
                    let problem =
                        format!("`{}` cannot wait for itself; name another task, or remove it", shown(path));
                    errors.on(path, Rule::OwnDependency, problem);
                }
                !is_own
            });
        }
        if let (Some(after), Some(needs)) = (&mut self.after, &self.needs) {
            after.value.retain(|path| {
                let is_needed = needs.value.iter().any(|needed| same_path(needed, path));
                if is_needed {
                    let problem =
                        format!("`{}` is in `needs` too, which implies `after`; remove it here", shown(path));
                    errors.on(path, Rule::AfterANeededTask, problem);
                }
                !is_needed
            });
        }
    }

    fn check_interrupt_on_loss(&self, settings: &Settings, errors: &mut Errors) {
        let (Some(given), None) = (&settings.interrupt_on_loss, &self.needs) else { return };
        let after = self.after.as_ref().map(|after| after.value.as_slice()).unwrap_or_default();
        let listed: Vec<String> = after.iter().map(shown).collect();
        let end = match listed.as_slice() {
            [] => "remove it, or write `needs = [..]` with the tasks that must stay ready".to_owned(),
            listed => {
                let needs = listed.join(", ");
                format!(
                    "the tasks in `after` matter before the first attempt only; write `needs = [{needs}]`, or remove it"
                )
            }
        };
        let problem = format!(
            "`interrupt_on_loss` interrupts an attempt when a task in `needs` stops being ready, and there is none; {end}"
        );
        errors.on(&given.key, Rule::InterruptOnLossWithoutNeeds, problem);
    }
}
