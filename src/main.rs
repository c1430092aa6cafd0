//! The `latchkey` program: see [`latchkey::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    latchkey::cli::run()
}
