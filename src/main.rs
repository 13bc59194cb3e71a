//! Arguments in, exit status out; everything else is in the library.
//!
//! It starts the runtime and nothing more: a test that wants the program calls [`ringback::cli`]
//! or starts the executable.

use std::process::ExitCode;

fn main() -> ExitCode {
    ringback::cli::run()
}
