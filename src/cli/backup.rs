//! `latchkey backup` and `latchkey restore`: the embedded store as one file, while servers run, and
//! back.

use std::path::{Path, PathBuf};

use clap::Args;

use super::user::failure;
use super::{Failure, configured, print, runtime};
use crate::app::App;
use crate::config::{Config, Store};
use crate::model::{Clock, Rng};
use crate::repository::{SqliteRepository, StoreError};

/// Writes a copy of the embedded store to a new file, while servers use it.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to write, which must not exist. It holds password hashes.
    file: PathBuf,
}

/// Puts a backup in the place of the embedded store. Everybody has to log in again: sessions, codes
/// and tickets are void, because some of them may have ended after the backup.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The backup.
    file: PathBuf,
    /// Replaces the store that is there, and keeps it beside the new one.
    #[arg(long)]
    replace: bool,
}

impl Backup {
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = configured(Config::load_without_files())?;
        let store = embedded(&config, "mongodump")?;
        SqliteRepository::back_up(store, &self.file).map_err(reason)?;
        print(format_args!("{} written\n", self.file.display()))
    }
}

impl Restore {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut config = Config {
            trusted_documents: None,
            ..configured(Config::load_without_files())?
        };
        let store = embedded(&config, "mongorestore")?.to_owned();
        if store.exists() && !self.replace {
            return Err(Failure::new(format!(
                "{} exists: --replace keeps it under another name and restores the backup in its place",
                store.display()
            )));
        }
        let staged = SqliteRepository::stage(&self.file, &store).map_err(reason)?;
        config.store = Store::Sqlite(staged.clone());
        let restored = begin_epoch(&config).and_then(|changed| {
            let kept = SqliteRepository::install(&staged, &store).map_err(reason)?;
            Ok((changed, kept))
        });
        if restored.is_err() {
            // The first error says why.
            _ = SqliteRepository::discard(&staged);
        }
        let (changed, kept) = restored?;
        print(format_args!(
            "{} restored; sessions and codes of {changed} accounts have ended\n",
            store.display()
        ))?;
        kept.map_or(Ok(()), |kept| {
            print(format_args!("the store before is {}\n", kept.display()))
        })
    }
}

/// Returns the file of the embedded store.
fn embedded<'a>(config: &'a Config, tool: &str) -> Result<&'a Path, Failure> {
    match &config.store {
        Store::Sqlite(path) => Ok(path),
        Store::Mongodb(_) => Err(Failure::new(format!(
            "the store is MongoDB: use {tool}, as docs/operations.md describes"
        ))),
    }
}

/// Voids what was given out before the backup, in the staged copy.
fn begin_epoch(config: &Config) -> Result<u64, Failure> {
    runtime()?.block_on(async {
        let app = App::build(config, Clock::system(), Rng::system())
            .await
            .map_err(Failure::new)?;
        app.accounts.begin_epoch().await.map_err(failure)
    })
}

/// Names what is wrong with a file, which is not always the configured store.
fn reason(error: StoreError) -> Failure {
    match error {
        StoreError::Unavailable(source) | StoreError::Corrupt(source) => Failure::new(source),
        error => Failure::new(error),
    }
}
