//! Options by their names, as files and variables give them.

mod value;

pub(crate) use value::OptionValue;
