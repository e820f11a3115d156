//! Controls.

use std::process::ExitCode;

use taskvisor_axum::answer::ControlAnswer;

use super::Output;
use crate::address::encode;
use crate::client::Client;
use crate::display::Paint;
use crate::error::CommandError;

pub(super) fn run(
    client: &Client,
    name: &str,
    action: &str,
    output: Output<'_>,
) -> Result<ExitCode, CommandError> {
    let answer = client.post(&format!("/tasks/{}/{action}", encode(name)))?;
    output.print(&answer, |screen| {
        let result: ControlAnswer = answer.read()?;
        screen.line(&[(&result.text, if result.changed { Paint::Good } else { Paint::Plain })]);
        Ok(())
    })
}
