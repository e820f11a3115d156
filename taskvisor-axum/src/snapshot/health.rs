//! The answers to the probes of an orchestrator.

use super::Snapshot;
use crate::answer::{HealthAnswer, HealthReasonAnswer, VERSION};
use crate::failure::{bounded, failure_answer, shortened};

/// How many reasons are answered.
const MAX_REASONS: usize = 100;

/// The question of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    Live,
    Ready,
    Started,
}

impl Snapshot<'_> {
    pub(crate) fn health(&self, probe: Probe) -> HealthAnswer {
        let health = self.supervisor.health();
        let ok = match probe {
            Probe::Live => health.live,
            Probe::Ready => health.ready,
            Probe::Started => health.started,
        };
        // Their texts write the errors.
        let mut short = health.clone();
        for reason in &mut short.reasons {
            reason.last_error = reason.last_error.as_ref().map(shortened);
        }
        let texts = short.reasons.iter().map(|reason| bounded(reason.to_string()));
        let reasons =
            health.reasons.iter().zip(texts).take(MAX_REASONS).map(|(reason, text)| HealthReasonAnswer {
                kind: reason.kind.label().to_owned(),
                task: reason.task.as_ref().map(ToString::to_string),
                since: self.moment.time(reason.since),
                text,
                last_error: reason.last_error.as_ref().map(failure_answer),
                failures: reason.failures,
                blocks_ready: reason.blocks_ready,
            });
        HealthAnswer {
            version: VERSION,
            now: self.moment.now_text(),
            ok,
            live: health.live,
            ready: health.ready,
            started: health.started,
            reasons: reasons.collect(),
            text: bounded(short.to_string()),
        }
    }
}
