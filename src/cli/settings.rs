//! `latchkey settings`.

use clap::{Args, ValueEnum};

use super::{Failure, say};
use crate::config;

#[derive(Debug, Args)]
pub(super) struct Settings {
    /// As the text of a .env file, or as the README's table.
    #[arg(long, value_enum, default_value_t = Format::Env)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Env,
    Markdown,
}

impl Settings {
    pub(super) fn run(&self) -> Result<(), Failure> {
        say(match self.format {
            Format::Env => config::env_example(),
            Format::Markdown => config::markdown_table(),
        })
    }
}
