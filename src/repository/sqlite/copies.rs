//! Whole copies of the file: backups of a store that is in use, and their return.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::super::StoreError;
use super::{SqliteRepository, file};

/// The endings of the files that `SQLite` keeps beside a store.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

impl SqliteRepository {
    /// Writes a copy of the store at `from`, as it is at one instant, to a new file (0600). Servers
    /// go on reading and writing meanwhile. The copy has its name only once it is complete, checked
    /// and on the disk. Blocks.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read, or `to` exists or cannot be written.
    pub fn back_up(from: &Path, to: &Path) -> Result<(), StoreError> {
        if to.exists() {
            return Err(StoreError::Unavailable(
                format!("{}: the file exists already", to.display()).into(),
            ));
        }
        examine(from)?;
        let part = beside(to, ".part");
        let copied = copy_at_one_instant(from, &part)
            .and_then(|()| examine(&part))
            .and_then(|()| publish(&part, to).map_err(io_error));
        if copied.is_err() {
            _ = fs::remove_file(&part);
        }
        copied
    }

    /// Copies a backup beside the store at `to`, where it can be prepared, and returns its path.
    /// Blocks.
    ///
    /// # Errors
    /// Returns an error if the backup is no complete store, or the copy cannot be written.
    pub fn stage(backup: &Path, to: &Path) -> Result<PathBuf, StoreError> {
        examine(backup)?;
        let staged = beside(to, ".restored");
        discard(&staged).map_err(io_error)?;
        copy_at_one_instant(backup, &staged)?;
        Ok(staged)
    }

    /// Removes a staged copy.
    ///
    /// # Errors
    /// Returns an error if a file cannot be removed.
    pub fn discard(staged: &Path) -> Result<(), StoreError> {
        discard(staged).map_err(io_error)
    }

    /// Puts a staged copy in the place of the store. The store that was there is kept under the
    /// name that is returned.
    ///
    /// # Errors
    /// Returns an error if another process uses either of them, or a file cannot be renamed.
    pub fn install(staged: &Path, to: &Path) -> Result<Option<PathBuf>, StoreError> {
        close(staged)?;
        let replaced = if to.exists() {
            close(to)?;
            let kept = beside(to, ".replaced");
            discard(&kept).map_err(io_error)?;
            // A second name, so that a crash never leaves the store without one.
            fs::hard_link(to, &kept).map_err(io_error)?;
            Some(kept)
        } else {
            None
        };
        publish(staged, to).map_err(io_error)?;
        Ok(replaced)
    }
}

/// Writes the store as it is at one instant to a new file, with its mode set before the content is
/// there.
fn copy_at_one_instant(from: &Path, to: &Path) -> Result<(), StoreError> {
    let create = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to);
    create.map_err(io_error)?;
    let path = to
        .to_str()
        .ok_or_else(|| StoreError::Unavailable("the path of the copy is not UTF-8".into()))?;
    let connection = file::open_for_reading(from)?;
    // The statement writes to the other file only.
    connection.pragma_update(None, "query_only", false)?;
    connection.execute("VACUUM INTO ?1", [path])?;
    File::open(to)
        .and_then(|copy| copy.sync_all())
        .map_err(io_error)
}

/// Returns an error unless a file is a store of latchkey that is complete.
fn examine(path: &Path) -> Result<(), StoreError> {
    let named = |text: &str| StoreError::Corrupt(format!("{}: {text}", path.display()).into());
    if !path.exists() {
        return Err(named("there is no such file"));
    }
    let connection = file::open_for_reading(path)?;
    let tables: u32 = connection.query_row(TABLES, [], |row| row.get(0))?;
    if tables < 2 {
        return Err(named("it is no store of latchkey"));
    }
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(named("it is damaged"))
    }
}

/// Ends a store's write-ahead log, which only its sole user can, so that the file holds everything.
fn close(path: &Path) -> Result<(), StoreError> {
    let connection: Connection = file::open_for_reading(path)?;
    connection.pragma_update(None, "query_only", false)?;
    let ended = connection.pragma_update_and_check(None, "journal_mode", "delete", |row| {
        row.get::<_, String>(0)
    });
    match ended.as_deref() {
        Ok("delete") => Ok(()),
        _ => Err(StoreError::Unavailable(
            format!(
                "{}: a server or another program uses it: stop that first",
                path.display()
            )
            .into(),
        )),
    }
}

/// Gives a finished file its name, so that a crash leaves the old state or the new one.
fn publish(part: &Path, to: &Path) -> io::Result<()> {
    fs::rename(part, to)?;
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

/// Removes a store and the files beside it, as far as they exist.
fn discard(path: &Path) -> io::Result<()> {
    let companions = COMPANIONS.map(|ending| beside(path, ending));
    for file in companions.iter().map(PathBuf::as_path).chain([path]) {
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Returns the path with an ending more.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn io_error(error: io::Error) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

const TABLES: &str =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('accounts', 'attempts')";
