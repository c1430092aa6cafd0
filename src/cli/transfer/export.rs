//! Writes all users, one JSON object per line.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::record::{Header, Record, VERSION};
use crate::accounts::Accounts;
use crate::app::App;
use crate::cli::{Failure, administer, user::failure};

/// Writes all users in latchkey's own form, in the order of their ids.
#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    /// The file to write, which must not exist; by default stdout.
    #[arg(long)]
    output: Option<PathBuf>,
    /// Writes password hashes too. A reader of the file can try passwords against them.
    #[arg(long)]
    with_hashes: bool,
}

impl Export {
    pub(in crate::cli) fn run(self) -> Result<(), Failure> {
        administer(async |app: &App| {
            let count = match &self.output {
                Some(path) => {
                    let mut file = BufWriter::new(create(path)?);
                    let count = self.write(&app.accounts, &mut file).await?;
                    let file = file.into_inner().map_err(Failure::new)?;
                    file.sync_all().map_err(Failure::new)?;
                    count
                }
                None => self.write(&app.accounts, &mut io::stdout().lock()).await?,
            };
            eprintln_count(count);
            Ok(())
        })
    }

    async fn write(&self, accounts: &Accounts, output: &mut impl Write) -> Result<u64, Failure> {
        write_line(output, &Header { latchkey: VERSION })?;
        let (mut after, mut count) = (None, 0);
        loop {
            let page = accounts.accounts_after(after).await.map_err(failure)?;
            let Some(last) = page.last() else {
                output.flush().map_err(Failure::new)?;
                return Ok(count);
            };
            after = Some(last.id);
            for record in page
                .iter()
                .filter_map(|account| Record::of(account, self.with_hashes))
            {
                write_line(output, &record)?;
                count += 1;
            }
        }
    }
}

fn create(path: &Path) -> Result<File, Failure> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

fn write_line(output: &mut impl Write, value: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *output, value).map_err(Failure::new)?;
    output.write_all(b"\n").map_err(Failure::new)
}

/// Says how many users were written: on stderr, since stdout may be the export.
fn eprintln_count(count: u64) {
    // If stderr is closed, no reader is left.
    _ = writeln!(io::stderr(), "{count} users exported");
}
