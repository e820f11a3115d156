//! The command-line arguments of the benchmarks.

pub const USAGE: &str = "\
Usage: cargo run --release --manifest-path benches/Cargo.toml -- [FILTER] [ROUNDS] [--rounds N] [--markdown] [--list]

  FILTER      run only works whose section or name contains FILTER; quote a filter with spaces
  ROUNDS      how many rounds are timed (default: 11)
  --markdown  print the tables as Markdown
  --list      list the works without running them";

const ROUNDS: usize = 11;

pub struct Arguments {
    pub filter: String,
    pub rounds: usize,
    pub markdown: bool,
    pub list: bool,
    pub help: bool,
}

impl Arguments {
    /// # Errors
    ///
    /// Returns the problem in one sentence.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let (mut filter, mut rounds) = (None, None);
        let (mut markdown, mut list, mut help) = (false, false, false);
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--help" | "-h" => help = true,
                "--markdown" => markdown = true,
                "--list" => list = true,
                "--rounds" => {
                    let number = arguments.next().ok_or("`--rounds` needs a number")?;
                    once(&mut rounds, number, "numbers of rounds")?;
                }
                option if option.starts_with('-') => return Err(format!("there is no option `{option}`")),
                number if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                    once(&mut rounds, argument, "numbers of rounds")?;
                }
                _ => once(&mut filter, argument, "filters")?,
            }
        }
        let rounds = match rounds {
            None => ROUNDS,
            Some(number) => match number.parse() {
                Ok(rounds @ 1..) => rounds,
                _ => return Err(format!("`{number}` is not a number of rounds")),
            },
        };
        Ok(Self { filter: filter.unwrap_or_default().to_lowercase(), rounds, markdown, list, help })
    }
}

fn once(place: &mut Option<String>, argument: String, what: &str) -> Result<(), String> {
    match place.replace(argument) {
        None => Ok(()),
        Some(first) => Err(format!("two {what}: `{first}` and `{}`", place.as_deref().unwrap_or_default())),
    }
}
