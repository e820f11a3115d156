//! The tables, one for each section, for a terminal or as Markdown.

use crate::flavor::Flavor;
use crate::measure::Measured;
use crate::work::{Shows, System, Work};

pub struct Table {
    markdown: bool,
    group: &'static str,
}

const NAMES: usize = 2;
const WIDTHS: [usize; NAMES] = [38, 20];
const WIDTH: usize = 14;

impl Table {
    pub fn new(markdown: bool) -> Self {
        Self { markdown, group: "" }
    }

    pub fn print(&mut self, work: &Work, measured: &[Measured]) {
        if self.group != work.group {
            self.group = work.group;
            self.heading(work);
        }
        for (number, entry) in work.entries.iter().enumerate() {
            let name = if number == 0 { work.name } else { "" };
            let mut cells = vec![name.to_owned(), entry.system.name().to_owned()];
            for &flavor in work.flavors {
                cells.extend(figures(work.shows, measured, entry.system, flavor));
            }
            self.line(&cells);
        }
    }

    fn heading(&self, work: &Work) {
        let mut cells = vec!["work".to_owned(), "system".to_owned()];
        for flavor in work.flavors {
            cells.extend([flavor.name().to_owned(), "× raw".to_owned()]);
            cells.extend(work.shows.columns().iter().map(|&column| column.to_owned()));
        }
        if self.markdown {
            println!("\n### {}\n", self.group);
            self.line(&cells);
            println!("|---|---|{}", "---:|".repeat(cells.len() - NAMES));
        } else {
            println!("\n{}", self.group.to_uppercase());
            self.line(&cells);
        }
    }

    fn line(&self, cells: &[String]) {
        if self.markdown {
            println!("| {} |", cells.join(" | "));
            return;
        }
        let padded = cells.iter().enumerate().map(|(column, cell)| match WIDTHS.get(column) {
            Some(width) => format!("{cell:<width$}"),
            None => format!("{cell:>WIDTH$}"),
        });
        println!("{}", padded.collect::<Vec<_>>().join(" "));
    }
}

impl Shows {
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::OnlyTime => &[],
            Self::Allocations => &["allocations"],
            Self::LiveBytes => &["allocations", "live bytes"],
        }
    }
}

fn figures(shows: Shows, measured: &[Measured], system: System, flavor: Flavor) -> Vec<String> {
    let of = |system| measured.iter().find(|measured| measured.system == system && measured.flavor == flavor);
    let (Some(this), Some(raw)) = (of(system), of(System::Raw)) else { return Vec::new() };
    let mut figures = vec![time(this.nanos), format!("{:.2}", this.nanos / raw.nanos)];
    figures.extend(shows.columns().first().map(|_| format!("{:.2}", this.allocations)));
    figures.extend(shows.columns().get(1).map(|_| format!("{:.0}", this.live_bytes)));
    figures
}

/// Rounds to three significant figures, the precision of such a measurement.
fn time(nanos: f64) -> String {
    let (number, unit) = match nanos {
        ..1e3 => (nanos, "ns"),
        ..1e6 => (nanos / 1e3, "µs"),
        _ => (nanos / 1e6, "ms"),
    };
    let places = match number {
        _ if unit == "ns" => 0,
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    format!("{number:.places$} {unit}")
}
