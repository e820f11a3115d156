//! Checks a file of orders line by line.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use csv::{ReaderBuilder, Trim};

use crate::row::{COLUMNS, Malformed, Row};
use crate::totals::{Amount, Totals, whole_number};

/// Reads a file. The outer error means that the file could not be read, which can be retried. The inner one means that
/// it is malformed.
pub(crate) fn read(path: &Path, customer: &str) -> anyhow::Result<Result<Totals, Malformed>> {
    let text = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(add_up(&text, customer))
}

/// Returns the totals, or the first error in the file.
fn add_up(text: &[u8], customer: &str) -> Result<Totals, Malformed> {
    // Accept lines that are too short or too long, because `Row` reports them more precisely.
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text);
    let mut rows = reader.records().map(|record| Row::new(text, record));

    let header = rows.next().unwrap_or_else(|| Ok(Row::empty(text)))?;
    for (index, name) in COLUMNS.into_iter().enumerate() {
        header.field(index, &format!("`{name}`"), |found| (found == name).then_some(()))?;
    }
    header.end()?;

    let (mut totals, mut seen) = (Totals::default(), HashMap::new());
    let expected_customer = format!("`{customer}`, as in the name of the file");
    for row in rows {
        let row = row?;
        row.field(0, &expected_customer, |found| (found == customer).then_some(()))?;
        let order: u64 = row.field(1, "the number of an order", whole_number)?;
        row.field(2, "the name of a product", |found| (!found.is_empty()).then_some(()))?;
        let quantity = |found: &str| whole_number(found).filter(|quantity| *quantity > 0);
        let quantity = row.field(3, "a whole number above 0", quantity)?;
        let price = row.field(4, "a price such as `12.50`", Amount::parse)?;
        row.end()?;
        if let Some(place) = seen.insert(order, row.place()) {
            return Err(row.malformed(1, &format!("an order that is not on line {} too", place.line())));
        }
        totals += Totals::of_order(quantity, price);
    }
    Ok(totals)
}
