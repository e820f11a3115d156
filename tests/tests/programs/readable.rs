//! Formats a program as a readable script, which a failed test prints.

use std::fmt::{Debug, Display, Formatter, Result, Write};

use crate::instances::{POOLS, scaled_name};
use crate::program::{
    Attempt, Backoff, Beats, Behavior, Command, Dropping, End, Law, Listener, Ms, NAMES, Policy, Program,
    SLOTS, ShutdownTrigger, Step, Work,
};

impl Debug for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let limits = &self.limits;
        writeln!(f, "a program, random seed {}:", self.chance)?;
        write!(f, "  grace {} ms, drain {} ms, ", limits.grace, limits.drain)?;
        if limits.spread > 0 {
            write!(f, "recovery spread {} ms, ", limits.spread)?;
        }
        match limits.concurrent {
            Some(permits) => write!(f, "{permits} attempts at once, ")?,
            None => write!(f, "no limit on attempts, ")?,
        }
        writeln!(f, "at most {} waiters for a slot, {} for all slots", limits.per_slot, limits.total)?;
        writeln!(f, "  defaults: {}", limits.defaults)?;
        for listener in &self.listeners {
            writeln!(f, "  {listener}")?;
        }
        if let Some(tasks) = &self.run {
            writeln!(f, "  at 0 ms")?;
            writeln!(f, "    run")?;
            for (name, work) in tasks {
                writeln!(f, "      `{}` {work}", NAMES[*name])?;
            }
        }
        let mut at = 0;
        for burst in &self.bursts {
            at += burst.after;
            writeln!(f, "  at {at} ms")?;
            for command in &burst.commands {
                writeln!(f, "    {command}")?;
            }
        }
        let shutdown_trigger = match self.shutdown_trigger {
            ShutdownTrigger::Requested => "shutdown",
            ShutdownTrigger::Dropped => "drop the supervisor",
            ShutdownTrigger::Until => "complete the future of `run_until`",
        };
        write!(f, "  at {} ms\n    {shutdown_trigger}", at + self.rest)
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Add { name, work } => write!(f, "add `{}` {work}", NAMES[*name]),
            Self::Submit { slot, admission, sort, work } => {
                write!(f, "submit ({sort:?}, {admission:?}) ")?;
                match slot {
                    Some(slot) => write!(f, "to slot `{}` {work}", SLOTS[*slot]),
                    None => write!(f, "without a slot {work}"),
                }
            }
            Self::Cancel { before: 0, grace } => write!(f, "cancel the newest task{}", within(*grace)),
            Self::Cancel { before, grace } => {
                write!(f, "cancel the task {before} before the newest{}", within(*grace))
            }
            Self::CancelNamed { name, grace } => {
                write!(f, "cancel `{}`{} and wait", NAMES[*name], within(*grace))
            }
            Self::Remove { name } => write!(f, "remove `{}`", NAMES[*name]),
            Self::Restart { before: 0 } => f.write_str("restart the newest task"),
            Self::Restart { before } => write!(f, "restart the task {before} before the newest"),
            Self::Pause { before: 0 } => f.write_str("pause the newest task"),
            Self::Pause { before } => write!(f, "pause the task {before} before the newest"),
            Self::PauseAfter { before: 0 } => f.write_str("pause the newest task after its attempt"),
            Self::PauseAfter { before } => {
                write!(f, "pause the task {before} before the newest after its attempt")
            }
            Self::Resume { before: 0 } => f.write_str("resume the newest task"),
            Self::Resume { before } => write!(f, "resume the task {before} before the newest"),
            Self::Trigger { before: 0 } => f.write_str("trigger the newest task"),
            Self::Trigger { before } => write!(f, "trigger the task {before} before the newest"),
            Self::AddInstances { pool, instances, work } => {
                write!(f, "add {instances} instances of `{}` {work}", POOLS[*pool])
            }
            Self::Scale { pool, instances } => write!(f, "scale `{}` to {instances}", scaled_name(*pool)),
            Self::Operate { pool, operation } => write!(f, "{operation} all of `{}`", POOLS[*pool]),
            Self::Clear { slot } => write!(f, "clear slot `{}`", SLOTS[*slot]),
            Self::Stop => f.write_str("stop"),
        }
    }
}

fn within(grace: Option<Ms>) -> String {
    grace.map_or_else(String::new, |grace| format!(" within {grace} ms"))
}

impl Display for Work {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.policy {
            Some(policy) => write!(f, "({policy}):")?,
            None => f.write_str("(inherits):")?,
        }
        for (index, step) in self.steps.iter().enumerate() {
            f.write_str(if index == 0 { " " } else { " | " })?;
            match step {
                Step::Unbuildable => f.write_str("panics while its future is built")?,
                Step::Attempt(attempt) => write!(f, "{attempt}")?,
            }
        }
        if let Some((attempt, command)) = &self.acts {
            write!(f, " | attempt {attempt} first executes: {command}")?;
        }
        if let Some(time) = self.expires {
            write!(f, " | expires after {time} ms if it is submitted")?;
        }
        if let Some(ready) = self.ready {
            write!(f, " | ready: {ready}")?;
        }
        if let Some(moment) = self.notifies {
            write!(f, " | notifies: {moment:?}")?;
        }
        write!(f, "{}{}{}", self.depends, self.rare, self.schedule)
    }
}

impl Display for Attempt {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.ends {
            Some((after, end)) => write!(f, "{end} after {after} ms")?,
            None => f.write_str("hangs")?,
        }
        match self.on_stop {
            Some((after, end)) => write!(f, ", on a stop request {end} after {after} ms")?,
            None => f.write_str(", ignores stop requests")?,
        }
        if self.first_check > 0 {
            write!(f, ", checks for a stop request from {} ms on", self.first_check)?;
        }
        if let Some(Beats { every, times }) = self.beats {
            write!(f, ", beats {times} times, every {every} ms")?;
        }
        match self.dropping {
            Dropping::Quick => Ok(()),
            Dropping::Slow(time) => write!(f, ", its destructor takes {time} ms"),
            Dropping::Panics => f.write_str(", its destructor panics"),
        }
    }
}

impl Display for End {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Succeed => f.write_str("succeeds"),
            Self::Fail => f.write_str("fails"),
            Self::Fatal => f.write_str("fails fatally"),
            Self::RetryAfter(delay) => write!(f, "fails with retry_after {delay} ms"),
            Self::Snooze(delay) => write!(f, "snoozes for {delay} ms"),
            Self::Done => f.write_str("is done"),
            Self::Cancel => f.write_str("returns `Canceled`"),
            Self::Panic => f.write_str("panics"),
        }
    }
}

impl Display for Policy {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}, {}", self.restart, self.backoff)?;
        let spans = [("timeout", self.timeout), ("delay", self.delay), ("stable after", self.stable_after)];
        for (what, span) in spans {
            if let Some(span) = span {
                write!(f, ", {what} {span} ms")?;
            }
        }
        match self.max_retries {
            Some(retries) => write!(f, ", at most {retries} retries"),
            None => Ok(()),
        }
    }
}

impl Display for Backoff {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.law {
            Law::None => f.write_str("no backoff")?,
            Law::Constant(delay) => write!(f, "backoff {delay} ms")?,
            Law::Exponential { first, max, quarters } => {
                write!(f, "backoff {first} ms, factor {}/4, max {max} ms", quarters)?;
            }
        }
        if self.jitter != taskvisor::JitterPolicy::None {
            write!(f, " jitter {:?}", self.jitter)?;
        }
        Ok(())
    }
}

impl Display for Listener {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "a listener to {:?} with room for {}: ", self.wants, self.queue)?;
        match self.behavior {
            Behavior::Quick => f.write_str("quick"),
            Behavior::Slow(time) => write!(f, "takes {time} ms per event"),
            Behavior::Stuck(event) => write!(f, "never returns from event {event}"),
            Behavior::Panics(every) => write!(f, "panics on every event number {every}"),
        }
    }
}

/// Formats one item per line, each with a mark before it.
pub(crate) fn lines<T: Debug>(mark: &str, items: &[T]) -> String {
    items.iter().fold(String::new(), |mut text, item| {
        let _ = write!(text, "\n    {mark} {item:?}");
        text
    })
}
