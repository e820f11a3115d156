//! Options about when a task runs that contradict each other, or other options.

use syn::Ident;

use crate::attr::rare::RareSettings;
use crate::attr::settings::Settings;
use crate::error::Errors;
use crate::error::rule::Rule;

use super::ScheduleSettings;

/// The keys of all options that are written, with those whose values have mistakes.
pub(crate) struct WrittenKeys<'a>(pub(crate) &'a [Ident]);

impl WrittenKeys<'_> {
    /// Whether the task runs at ticks.
    pub(crate) fn have_ticks(&self) -> bool {
        self.key("every").or(self.key("cron")).is_some()
    }

    fn key(&self, option: &str) -> Option<&Ident> {
        self.0.iter().find(|key| *key == option)
    }
}

impl ScheduleSettings {
    /// Reports contradictions, each at the key to remove. An option whose value has a mistake counts as written.
    pub(crate) fn check(
        &self,
        written: &WrittenKeys<'_>,
        settings: &mut Settings,
        rare: &RareSettings,
        errors: &mut Errors,
    ) {
        let repeating: Vec<&Ident> =
            ["every", "cron", "delay"].into_iter().filter_map(|option| written.key(option)).collect();
        if let Some((first, others)) = repeating.split_first() {
            for other in others {
                errors.on(other, Rule::TwoSchedules, two_schedules(first, other));
            }
            settings.require_always(first, errors);
        }
        if let (Some(tz), None) = (written.key("tz"), written.key("cron")) {
            errors.on(tz, Rule::TzWithoutCron, "`tz` has no effect without `cron`; remove it");
        }
        let ticks = written.key("every").or(written.key("cron"));
        for key in ["overlap", "missed"].into_iter().filter_map(|option| written.key(option)) {
            if ticks.is_none() {
                errors.on(
                    key,
                    Rule::TickOptionWithoutTicks,
                    without_ticks(key, written.key("delay").is_some()),
                );
            }
        }
        // A tick follows spent retries, so that only `max_failures` makes such a task give up.
        if let (Some(ticks), Some(on_give_up), None) = (ticks, &rare.on_give_up, written.key("max_failures"))
        {
            errors.on(&on_give_up.key, Rule::OnGiveUpWithoutMaxFailures, never_gives_up(ticks));
        }
    }
}

fn two_schedules(first: &Ident, other: &Ident) -> String {
    let advice = if first == "every" && other == "delay" {
        "remove `delay` for a grid, or `every` for a pause after each success"
    } else {
        "remove one of them"
    };
    format!("a task cannot have both `{first}` and `{other}`; {advice}")
}

fn without_ticks(key: &Ident, has_delay: bool) -> String {
    let reason = if has_delay {
        "with `delay`, which has no ticks; remove it, or use `every`"
    } else {
        "without `every` or `cron`; remove it, or set one of them"
    };
    format!("`{key}` has no effect {reason}")
}

fn never_gives_up(ticks: &Ident) -> String {
    format!(
        "`on_give_up` has no effect on a task with `{ticks}`, which spent retries do not end; limit its failures, as in \
         `max_failures = \"5 in 10m\"`, or remove it"
    )
}
