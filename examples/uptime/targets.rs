//! The targets to monitor, and the file that lists them.

use std::collections::HashMap;
use std::ops::Deref;
use std::path::Path;

use anyhow::{Context, bail, ensure};

/// An address that should accept connections.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) name: String,
    /// The address as written, `host:port`. Every check resolves it again.
    pub(crate) address: String,
}

impl Target {
    /// Returns the name of the task that checks this target. The prefix keeps it distinct from the other tasks.
    pub(crate) fn task_name(&self) -> String {
        format!("probe/{}", self.name)
    }
}

/// One or more targets with distinct names.
pub(crate) struct Targets(Vec<Target>);

impl Targets {
    /// Reads a file, or reports all errors in it.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{shown}`"))?;
        let (mut targets, mut wrong) = (Vec::new(), Vec::new());
        let mut lines_of_names = HashMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            let content = line.split('#').next().unwrap_or_default().trim();
            if content.is_empty() {
                continue;
            }
            let target = match parse(content) {
                Ok(target) => target,
                Err(reason) => {
                    wrong.push(format!(
                        "{shown}:{number}: expected `name host:port`, found `{content}`: {reason}"
                    ));
                    continue;
                }
            };
            if let Some(first) = lines_of_names.insert(target.name.clone(), number) {
                wrong.push(format!(
                    "{shown}:{number}: expected a new name, found `{}` of line {first}",
                    target.name
                ));
            }
            targets.push(target);
        }
        ensure!(wrong.is_empty(), "the targets cannot be used\n  {}", wrong.join("\n  "));
        ensure!(!targets.is_empty(), "{shown}: expected at least one line `name host:port`, found none");
        Ok(Self(targets))
    }
}

fn parse(content: &str) -> anyhow::Result<Target> {
    let [name, address] = content.split_whitespace().collect::<Vec<_>>()[..] else {
        bail!("a line has two words");
    };
    let (host, port) = address.rsplit_once(':').context("the port is missing")?;
    ensure!(!host.is_empty(), "the host is missing");
    ensure!(!host.contains(':') || host.starts_with('['), "an IPv6 address is written in brackets");
    ensure!(
        port.parse::<u16>().is_ok_and(|port| port > 0),
        "`{port}` is no port, which is a number from 1 to 65535"
    );
    Ok(Target { name: name.to_owned(), address: address.to_owned() })
}

impl Deref for Targets {
    type Target = [Target];

    fn deref(&self) -> &[Target] {
        &self.0
    }
}
