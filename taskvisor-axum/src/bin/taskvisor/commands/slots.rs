//! `taskvisor slots`.

use std::process::ExitCode;

use taskvisor_axum::answer::SlotListAnswer;

use super::Output;
use crate::client::Client;
use crate::display::{Cell, Paint, Screen, Table, Times};
use crate::error::CommandError;

/// How many owners a row shows.
const SHOWN_OWNERS: usize = 3;

pub(super) fn run(client: &Client, output: Output<'_>) -> Result<ExitCode, CommandError> {
    let answer = client.get("/slots")?;
    output.print(&answer, |screen| {
        show(screen, &answer.read()?);
        Ok(())
    })
}

fn show(screen: &mut Screen, answer: &SlotListAnswer) {
    if answer.slots.is_empty() {
        screen.line(&[("no slot is taken", Paint::Faint)]);
        return;
    }
    let times = Times::at(&answer.now);
    let mut table = Table::new(&["SLOT", "TAKEN", "WAITING", "LONGEST WAIT", "OWNED BY"]);
    for slot in &answer.slots {
        let mut owners: Vec<_> = slot
            .owners
            .iter()
            .take(SHOWN_OWNERS)
            .map(|owner| format!("{} ({})", owner.name, owner.id))
            .collect();
        if slot.owners_total > SHOWN_OWNERS as u64 {
            owners.push("…".to_owned());
        }
        let waiting = format!("{}{}", slot.waiting_total, if slot.growing { ", growing" } else { "" });
        table.row([
            Cell::new(&slot.key),
            Cell::new(&format!("{} of {}", slot.owners_total, slot.capacity)),
            Cell::painted(&waiting, if slot.growing { Paint::Warning } else { Paint::Plain }),
            // Those that wait are listed in order.
            slot.waiting.first().map_or_else(Cell::default, |member| Cell::new(&times.age(&member.since))),
            Cell::new(&owners.join(", ")),
        ]);
    }
    screen.table(&table);
    let listed = answer.slots.len() as u64;
    if answer.total > listed {
        screen.line(&[(&format!("… and {} more", answer.total - listed), Paint::Faint)]);
    }
}
