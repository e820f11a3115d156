//! What is printed on a terminal.

mod escape;
mod screen;
mod style;
mod table;
mod times;

pub(crate) use escape::escape;
pub(crate) use screen::Screen;
pub(crate) use style::{Paint, Style};
pub(crate) use table::{Cell, Table};
pub(crate) use times::{Times, format_run_time};
