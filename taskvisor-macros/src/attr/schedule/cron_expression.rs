//! A placeholder: replaced by the parser that the runtime shares.

use croner::Cron;
use croner::parser::{CronParser, Year};

/// Parses a cron expression.
pub(crate) fn parse(expression: &str) -> Result<Cron, String> {
    let parser = CronParser::builder().year(Year::Disallowed).build();
    parser.parse(expression).map_err(|error| format!("invalid cron expression \"{expression}\": {error}"))
}
