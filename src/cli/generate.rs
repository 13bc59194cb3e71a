//! Shell completions and the manual page, from the same definition as the arguments.

use std::io::{Write, stdout};

use anyhow::Result;
use clap::CommandFactory;

use super::arguments::Arguments;

/// `ringback completions SHELL`
pub(super) fn completions(shell: clap_complete::Shell) -> Result<()> {
    // Into memory first: clap panics when a reader goes away.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "ringback", &mut script);
    Ok(stdout().write_all(&script)?)
}

/// `ringback man`: this command's page, then one a subcommand.
pub(super) fn man() -> Result<()> {
    let mut command = Arguments::command();
    command.build();
    let mut out = stdout();
    clap_mangen::Man::new(command.clone()).render(&mut out)?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        let name = format!("ringback-{}", sub.get_name());
        clap_mangen::Man::new(sub.clone()).title(name).render(&mut out)?;
    }
    Ok(())
}
