//! The shortest time in which a task can fail often enough to exceed `max_failures`.

use std::time::Duration;

use humantime::format_duration;

use crate::attr::backoff::delays::Delays;

use super::MaxFailures;

/// The defaults of the runtime.
pub(crate) const DEFAULT_DELAY: Duration = Duration::from_secs(1);
const MIN_STABLE_AFTER: Duration = Duration::from_secs(10);

/// How long an attempt must run to be stable, unless the task sets it.
pub(crate) fn default_stable_after(delays: &Delays) -> Duration {
    MIN_STABLE_AFTER.max(delays.longest())
}

/// Returns the shortest time in which one more failure than `failures` can happen, if every attempt fails at once. It is the
/// algorithm of the runtime, and a test compares the two.
///
/// The delays between consecutive failures grow, and begin anew after a success or a stable attempt, which takes at least `resets`.
/// The best way to divide the delays into such series is found by dynamic programming over their number.
pub(crate) fn shortest_time(delays: &Delays, failures: u32, resets: Duration) -> Duration {
    // By the number of delays: the time of one series.
    let mut series = vec![Duration::ZERO];
    // By the number of delays: the shortest time, divided into any number of series.
    let mut shortest = vec![Duration::ZERO];
    for (index, count) in (0..failures.min(super::MAX)).zip(1_usize..) {
        series.push(series[count - 1].saturating_add(delays.shortest(index)));
        let several =
            (1..count).map(|last| shortest[count - last].saturating_add(resets).saturating_add(series[last]));
        shortest.push(several.min().map_or(series[count], |several| several.min(series[count])));
    }
    shortest[shortest.len() - 1]
}

/// Why the limit can never be exceeded, with the arithmetic.
pub(super) fn problem_if_unreachable(
    limit: MaxFailures,
    delays: &Delays,
    resets: Duration,
) -> Option<String> {
    let MaxFailures { failures, within } = limit;
    let shortest = shortest_time(delays, failures, resets);
    if shortest <= within {
        return None;
    }
    let delay = |index| format_duration(delays.shortest(index));
    let listed = match failures {
        1 => format!("a delay of at least {}", delay(0)),
        2 => format!("delays of at least {} and {}", delay(0), delay(1)),
        more => format!("{more} delays of at least {}, {}, …, {}", delay(0), delay(1), delay(more - 1)),
    };
    Some(format!(
        "`max_failures` of {limit} can never be exceeded: the backoff puts {listed} between {} failures, together at least {}; \
         allow fewer failures, set a longer time, or make the backoff shorter",
        failures + 1,
        format_duration(shortest),
    ))
}
