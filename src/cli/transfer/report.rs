//! The file that lists the refused rows, one JSON object per line.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::Failure;

/// Lists refused rows. The file is created with the first of them, readable by its owner only.
pub(super) struct Report {
    path: PathBuf,
    file: Option<File>,
    /// The number of refused rows.
    pub(super) refused: u64,
}

/// An error of a row.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "line")]
    number: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    email: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    field: &'a str,
    reason: &'a str,
}

impl Report {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self {
            path,
            file: None,
            refused: 0,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a row with the fields and reasons for which it is refused.
    pub(super) fn add<'a>(
        &mut self,
        line: u64,
        email: &str,
        errors: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), Failure> {
        self.refused += 1;
        for (field, reason) in errors {
            self.write(&Line {
                number: line,
                email,
                field,
                reason,
            })?;
        }
        Ok(())
    }

    /// Adds a remark about a row that was imported.
    pub(super) fn remark(&mut self, line: u64, email: &str, reason: &str) -> Result<(), Failure> {
        self.write(&Line {
            number: line,
            email,
            field: "password",
            reason,
        })
    }

    fn write(&mut self, line: &Line<'_>) -> Result<(), Failure> {
        let failed =
            |error: std::io::Error| Failure::new(format!("{}: {error}", self.path.display()));
        let mut file = match &self.file {
            Some(file) => file,
            None => self.file.insert(
                OpenOptions::new()
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .mode(0o600)
                    .open(&self.path)
                    .map_err(failed)?,
            ),
        };
        let text = serde_json::to_string(line).map_err(Failure::new)?;
        writeln!(file, "{text}").map_err(failed)
    }

    /// Returns whether the file was written.
    pub(super) const fn is_written(&self) -> bool {
        self.file.is_some()
    }
}
