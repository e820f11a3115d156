//! The option `critical` of `#[taskvisor::main]`.

use std::borrow::Cow;

use super::App;
use super::options::MainOptions;
use super::problem::SourceLocation;
use crate::policy::{RareSettings, Setting};
use crate::runtime::body::TaskSpec;

impl App {
    /// Makes all declared tasks critical, except those with `critical = false`. Tasks without a declaration keep the default.
    pub(super) fn make_critical(&mut self, options: &MainOptions) {
        if !options.critical {
            return;
        }
        for task in self.tasks.iter_mut().filter(|task| task.spec.declared.is_some()) {
            task.spec.make_critical_by_default();
        }
    }
}

/// Extends the problem of a critical task that sets `on_give_up`: names the `critical = "all"` that makes the task critical.
pub(super) fn explain(
    reason: Cow<'static, str>,
    spec: &TaskSpec,
    options: &MainOptions,
) -> Cow<'static, str> {
    if reason != RareSettings::GIVES_UP_CRITICAL || !matches!(spec.critical(), Setting::Default(true)) {
        return reason;
    }
    format!(
        "`on_give_up` has no effect on a critical task, which shuts the application down when it gives up, and \
         `critical = \"all\"` makes this task critical ({}): add `critical = false` here, or remove `on_give_up`",
        SourceLocation::from(&options.location),
    )
    .into()
}
