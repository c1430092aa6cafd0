//! Delivers emails as `.eml` files into a folder.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use super::{EmailMessage, MailError};

/// A folder that only its owner can read, since the emails hold codes.
#[derive(Clone, Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    /// Writes an email under its id, so that names sort by time and a second attempt replaces the
    /// first.
    pub(super) async fn send(&self, mail: EmailMessage) -> Result<(), MailError> {
        let folder = self.clone();
        folder
            .blocking(move |folder| {
                let draft = folder.join(format!("{}.tmp", mail.id));
                OpenOptions::new()
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .mode(0o600)
                    .open(&draft)?
                    .write_all(&mail.bytes)?;
                fs::rename(draft, folder.join(format!("{}.eml", mail.id)))
            })
            .await
    }

    pub(super) async fn check(&self) -> Result<(), MailError> {
        self.clone()
            .blocking(|folder| fs::metadata(folder).map(drop))
            .await
    }

    async fn blocking(
        self,
        work: impl FnOnce(&PathBuf) -> std::io::Result<()> + Send + 'static,
    ) -> Result<(), MailError> {
        let done = tokio::task::spawn_blocking(move || {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&self.0)?;
            work(&self.0)
        });
        match done.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(MailError::Unavailable(error.to_string())),
            Err(error) => Err(MailError::Unavailable(error.to_string())),
        }
    }
}
