//! Reads users of another system and adds them, row by row.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::Args;
use futures_util::StreamExt;
use futures_util::stream;
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::SecretString;

use super::addresses::Addresses;
use super::report::Report;
use super::row::{Row, format_of};
use super::sources::{Columns, Input, Source, SourceOptions};
use crate::accounts::{Accounts, ImportOutcome, InternalError, PreparedUser};
use crate::app::App;
use crate::cli::{Failure, administer, print, user::failure};
use crate::hashing::{FirebaseConfig, Format, HashOptions};
use crate::model::InvalidField;

/// The rows that are written at the same time: the store commits them together.
const AT_ONCE: usize = 512;

/// Imports users from an export of another system, with their password hashes. Users whose address
/// has an account already are passed over, so a run that was interrupted is repeated as it was.
#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// The file to read.
    file: PathBuf,
    /// The system that wrote the file.
    #[arg(long, value_enum, default_value = "latchkey")]
    format: Source,
    /// The format of the password hashes, where it is not the system's usual one.
    #[arg(long, value_enum)]
    hash: Option<Format>,
    /// The columns of a CSV file: email=COLUMN,firstName=COLUMN,password=COLUMN,… Fields: email,
    /// emailVerified, firstName, lastName, name, mobileNumber, createdAt, suspended, password.
    #[arg(long)]
    columns: Option<Columns>,
    /// Better Auth: the export of `account`, which holds the passwords.
    #[arg(long)]
    accounts: Option<PathBuf>,
    /// A file with the secret of the application that went into its hashes: Devise's pepper,
    /// Flask-Security's `SECURITY_PASSWORD_SALT`, Spring's secret.
    #[arg(long)]
    hash_secret_file: Option<PathBuf>,
    /// Firebase: a JSON file with `base64_signer_key`, `base64_salt_separator`, `rounds` and
    /// `mem_cost`.
    #[arg(long)]
    firebase_hash_config: Option<PathBuf>,
    /// Writes no user: counts hashes by format, and says what would be refused.
    #[arg(long)]
    dry_run: bool,
    /// The file for refused rows; by default the file's name with `.refused.jsonl`.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// The counts of an import.
struct Progress {
    report: Report,
    imported: u64,
    present: u64,
    without_password: u64,
    by_format: BTreeMap<String, u64>,
}

/// A row that was read and checked.
struct Checked {
    line: u64,
    format: String,
    has_password: bool,
    user: PreparedUser,
}

impl Import {
    pub(in crate::cli) fn run(self) -> Result<(), Failure> {
        let options = self.hash_options()?;
        administer(async |app: &App| self.import(&app.accounts, &options).await)
    }

    async fn import(&self, accounts: &Accounts, options: &HashOptions) -> Result<(), Failure> {
        let source = SourceOptions {
            hash: self.hash,
            columns: self.columns.clone(),
            accounts: self.accounts.clone(),
            now: accounts.now(),
        };
        let repeated = Addresses::repeated(self.rows(&source, &ProgressBar::hidden())?);
        let bar = self.progress_bar()?;
        let mut progress = Progress::new(self.report_path());
        let rows = self.rows(&source, &bar)?;
        let mut checked = Vec::with_capacity(AT_ONCE);
        for row in rows {
            if let Some(row) = progress.check(row, &repeated, accounts, options)? {
                checked.push(row);
            }
            if checked.len() == AT_ONCE {
                self.write(accounts, &mut checked, &mut progress).await?;
            }
        }
        self.write(accounts, &mut checked, &mut progress).await?;
        bar.finish_and_clear();
        progress.finish(self.dry_run)
    }

    /// Writes rows at the same time, and takes note of what became of each.
    async fn write(
        &self,
        accounts: &Accounts,
        rows: &mut Vec<Checked>,
        progress: &mut Progress,
    ) -> Result<(), Failure> {
        let written = stream::iter(rows.drain(..)).map(|row| async {
            let outcome = if self.dry_run {
                accounts.try_import(&row.user).await
            } else {
                accounts.import_user(&row.user).await
            };
            (row, outcome)
        });
        let mut written = written.buffer_unordered(AT_ONCE);
        let mut failed = None;
        while let Some((row, outcome)) = written.next().await {
            match outcome {
                Ok(outcome) => progress.record(&row, &outcome)?,
                Err(error) => failed = Some(stopped(row.line, error)),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    fn rows(
        &self,
        options: &SourceOptions,
        bar: &ProgressBar,
    ) -> Result<impl Iterator<Item = Row> + use<>, Failure> {
        let file = File::open(&self.file).map_err(|error| unreadable(&self.file, &error))?;
        let input: Input = BufReader::new(Box::new(bar.wrap_read(file)));
        self.format.rows(input, options)
    }

    fn progress_bar(&self) -> Result<ProgressBar, Failure> {
        let size = fs::metadata(&self.file).map_err(|error| unreadable(&self.file, &error))?;
        let style = ProgressStyle::with_template("{wide_bar} {percent} %, {eta} left")
            .map_err(Failure::new)?;
        Ok(ProgressBar::new(size.len()).with_style(style))
    }

    fn report_path(&self) -> PathBuf {
        self.report.clone().unwrap_or_else(|| {
            let mut path = self.file.clone().into_os_string();
            path.push(".refused.jsonl");
            path.into()
        })
    }

    fn hash_options(&self) -> Result<HashOptions, Failure> {
        let read =
            |path: &PathBuf| fs::read_to_string(path).map_err(|error| unreadable(path, &error));
        let secret = self.hash_secret_file.as_ref().map(read).transpose()?;
        let firebase = self.firebase_hash_config.as_ref().map(read).transpose()?;
        let firebase = firebase.as_deref().map(firebase_config).transpose()?;
        Ok(HashOptions {
            secret: secret.map(|text| SecretString::from(text.trim_end_matches(['\r', '\n']))),
            firebase,
        })
    }
}

impl Progress {
    const fn new(report: PathBuf) -> Self {
        Self {
            report: Report::new(report),
            imported: 0,
            present: 0,
            without_password: 0,
            by_format: BTreeMap::new(),
        }
    }

    /// Checks a row. Refused ones go into the report.
    fn check(
        &mut self,
        row: Row,
        repeated: &Addresses,
        accounts: &Accounts,
        options: &HashOptions,
    ) -> Result<Option<Checked>, Failure> {
        let line = row.line;
        let user = match row.user {
            Ok(user) => user,
            Err(error) => {
                self.report
                    .add(line, "", [(error.field.as_str(), error.reason.as_str())])?;
                return Ok(None);
            }
        };
        let (email, format) = (user.email.clone(), format_of(&user.password));
        if repeated.contains(&email) {
            let reason = "another row has the same address";
            self.report.add(line, &email, [("email", reason)])?;
            return Ok(None);
        }
        match accounts.prepare_import(&user, options) {
            Ok(user) => Ok(Some(Checked {
                line,
                has_password: user.has_password(),
                format,
                user,
            })),
            Err(fields) => {
                let named = |it: &InvalidField| (it.field, it.error.message.clone());
                let errors: Vec<_> = fields.iter().map(named).collect();
                let errors = errors
                    .iter()
                    .map(|(field, reason)| (*field, reason.as_str()));
                self.report.add(line, &email, errors)?;
                Ok(None)
            }
        }
    }

    fn record(&mut self, row: &Checked, outcome: &ImportOutcome) -> Result<(), Failure> {
        let email = row.user.email().as_str();
        match outcome {
            ImportOutcome::Created(_) => {
                self.imported += 1;
                if row.has_password {
                    *self.by_format.entry(row.format.clone()).or_default() += 1;
                } else {
                    self.without_password += 1;
                }
                if let Some(name) = row.user.left_behind() {
                    let reason = format!("imported without a password: nothing verifies {name}");
                    self.report.remark(row.line, email, &reason)?;
                }
            }
            ImportOutcome::Exists => self.present += 1,
            ImportOutcome::Refused(field) => {
                let reason = field.error.message.clone();
                self.report
                    .add(row.line, email, [(field.field, reason.as_str())])?;
            }
        }
        Ok(())
    }

    /// Prints the sums. Refused rows make the command fail.
    fn finish(self, is_dry: bool) -> Result<(), Failure> {
        let verb = if is_dry {
            "would be imported"
        } else {
            "imported"
        };
        let mut lines = vec![format!(
            "{} {verb}, {} there already",
            self.imported, self.present
        )];
        let hashes = self.by_format.iter();
        lines.extend(hashes.map(|(format, count)| format!("{count} with a hash of {format}")));
        if self.without_password > 0 {
            let count = self.without_password;
            lines.push(format!("{count} without a password, to be set by a reset"));
        }
        let path = self.report.path().display();
        if self.report.is_written() {
            lines.push(format!("{path} says more"));
        }
        print(lines.join("\n") + "\n")?;
        match self.report.refused {
            0 => Ok(()),
            refused => Err(Failure::new(format!("{refused} rows refused: see {path}"))),
        }
    }
}

fn firebase_config(text: &str) -> Result<FirebaseConfig, Failure> {
    serde_json::from_str(text).map_err(|error| {
        let at = format!("line {} column {}", error.line(), error.column());
        Failure::new(format!("--firebase-hash-config: it cannot be read at {at}"))
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

fn stopped(line: u64, error: InternalError) -> Failure {
    let reason = failure(error).text;
    Failure::new(format!(
        "stopped near line {line}: {reason}; run the same command again to go on"
    ))
}
