//! `latchkey settings`.

use clap::{Args, ValueEnum};

use super::{Failure, print};
use crate::config;

#[derive(Debug, Args)]
pub(super) struct Settings {
    /// The output format: the text of a .env file, or a table in Markdown.
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
        print(match self.format {
            Format::Env => config::env_example(),
            Format::Markdown => config::markdown_table(),
        })
    }
}
