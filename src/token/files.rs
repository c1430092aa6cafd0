//! Key files: created once, readable only by their owner.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::model::Rng;

/// A key file cannot be used. The text names the file and never shows its content.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file can be neither read nor created.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The file system cannot keep a key file.
    #[error(
        "{}: {source}; where the file system cannot keep key files, set LATCHKEY_SECRET and LATCHKEY_SIGNING_KEYS, which \
         need none",
        path.display()
    )]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The file has the wrong content.
    #[error("{}: not {expected}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// A description of the right content.
        expected: &'static str,
    },
    /// Other users can read the file.
    #[error(
        "{}: others than its owner can read it; run chmod 600 on it, or set LATCHKEY_SECRET and LATCHKEY_SIGNING_KEYS, which \
         need no files",
        path.display()
    )]
    Exposed {
        /// The file.
        path: PathBuf,
    },
}

/// Creates a folder that only its owner can enter, unless it exists.
pub(super) fn create_folder(path: &Path) -> Result<(), KeyError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| io(path, source))
}

/// Reads a key file, or creates it. If several processes start at once, all end up with the same
/// content.
pub(super) fn read_or_create(
    path: &Path,
    make: impl FnOnce() -> String,
) -> Result<String, KeyError> {
    match read(path) {
        Err(KeyError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {}
        other => return other,
    }
    create(path, &make())?;
    read(path)
}

/// Creates a key file atomically. Returns false if the file exists, and leaves it unchanged.
pub(super) fn create(path: &Path, content: &str) -> Result<bool, KeyError> {
    // The process id would not be unique: in containers that share the folder, every server has the
    // same.
    let draft = path.with_extension(format!(
        "{:016x}.tmp",
        u64::from_be_bytes(Rng::system().bytes())
    ));
    let linked = write_new(&draft, content).and_then(|()| fs::hard_link(&draft, path));
    let written = match linked {
        // Without hard links (SMB, FUSE) the file is written in place, and never over another.
        Err(error) if has_no_links(&error) => write_new(path, content),
        linked => linked,
    };
    // The name must survive a power failure as the content does, if the file system can promise
    // that.
    _ = path
        .parent()
        .map(|folder| File::open(folder).and_then(|folder| folder.sync_all()));
    // The draft is a second name of the linked file, or the loser of a race.
    let removed = fs::remove_file(&draft);
    match written {
        Err(source) if source.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(source) if source.kind() == ErrorKind::Unsupported => Err(KeyError::Unsupported {
            path: path.to_owned(),
            source,
        }),
        Err(source) => Err(io(path, source)),
        Ok(()) => removed.map(|()| true).map_err(|source| io(&draft, source)),
    }
}

/// Creates a key file in a folder as a start would, reads it, and removes it.
///
/// # Errors
/// When the folder cannot hold key files.
pub fn probe_key_folder(folder: &Path) -> Result<(), KeyError> {
    let name = u64::from_be_bytes(Rng::system().bytes());
    let path = folder.join(format!(".latchkey-check-{name:016x}"));
    create(&path, "probe")?;
    let content = read(&path);
    let removed = fs::remove_file(&path).map_err(|source| io(&path, source));
    content.and(removed)
}

pub(super) fn read(path: &Path) -> Result<String, KeyError> {
    let content = fs::read_to_string(path).map_err(|source| io(path, source))?;
    let metadata = fs::metadata(path).map_err(|source| io(path, source))?;
    if is_private(&metadata) {
        Ok(content)
    } else {
        Err(KeyError::Exposed {
            path: path.to_owned(),
        })
    }
}

/// Returns whether no other user has a right to a key file or its folder. A group that the process
/// is in may have one: Kubernetes gives a volume to such a group at each mount (fsGroup).
pub(crate) fn is_private(metadata: &Metadata) -> bool {
    is_private_to(&own_groups(), metadata.permissions().mode(), metadata.gid())
}

fn is_private_to(groups: &[u32], mode: u32, gid: u32) -> bool {
    let (group, others) = (mode & 0o070, mode & 0o007);
    others == 0 && (group == 0 || groups.contains(&gid))
}

/// Returns whether a group has rights to a file or folder.
pub(crate) fn is_shared_with_group(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & 0o070 != 0
}

/// Returns the groups of this process, if the system lists them.
fn own_groups() -> Vec<u32> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status
        .lines()
        .filter_map(|line| line.strip_prefix("Groups:").or(line.strip_prefix("Gid:")));
    let groups = lines.flat_map(str::split_whitespace);
    groups.filter_map(|group| group.parse().ok()).collect()
}

fn has_no_links(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unsupported | ErrorKind::PermissionDenied
    )
}

fn write_new(path: &Path, content: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

pub(super) fn io(path: &Path, source: std::io::Error) -> KeyError {
    KeyError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    /// Creates a folder and a key file, both with the given modes and the group of this process.
    fn key_file(folder_mode: u32, file_mode: u32) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(create(&path, "a key").unwrap());
        set_mode(&path, file_mode);
        set_mode(folder.path(), folder_mode);
        (folder, path)
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    }

    #[test]
    fn created_key_file_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/key");
        create_folder(path.parent().unwrap()).unwrap();
        assert!(create(&path, "a key").unwrap());
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(path.parent().unwrap()), mode(&path)), (0o700, 0o600));
    }

    #[test]
    fn key_file_of_own_group_is_accepted() {
        let (folder, path) = key_file(0o770, 0o640);
        assert_eq!(read(&path).unwrap(), "a key");
        for path in [folder.path(), &path] {
            let metadata = fs::metadata(path).unwrap();
            assert!(is_private(&metadata) && is_shared_with_group(&metadata));
        }
    }

    #[test]
    fn rights_of_foreign_group_are_not_private() {
        for mode in [0o640, 0o660, 0o710] {
            assert!(is_private_to(&[7, 8], mode, 8), "{mode:o}");
            assert!(!is_private_to(&[7, 8], mode, 9), "{mode:o}");
            assert!(!is_private_to(&[], mode, 9), "{mode:o}");
        }
        assert!(is_private_to(&[], 0o600, 9));
    }

    #[test]
    fn key_file_that_others_can_read_is_refused() {
        for mode in [0o604, 0o644, 0o602, 0o601] {
            let (_folder, path) = key_file(0o700, mode);
            let error = read(&path).unwrap_err();
            assert!(matches!(error, KeyError::Exposed { .. }), "{error}");
            let text = error.to_string();
            for words in ["chmod 600", "LATCHKEY_SECRET", "LATCHKEY_SIGNING_KEYS"] {
                assert!(text.contains(words), "{text}");
            }
            assert!(!text.contains("a key"), "{text}");
        }
    }

    #[test]
    fn folder_that_others_can_enter_is_not_private() {
        for mode in [0o701, 0o705, 0o755] {
            let (folder, _) = key_file(mode, 0o600);
            assert!(
                !is_private(&fs::metadata(folder.path()).unwrap()),
                "{mode:o}"
            );
        }
    }

    #[test]
    fn probe_of_a_key_folder_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        probe_key_folder(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn probe_of_a_missing_folder_names_it() {
        let folder = tempfile::tempdir().unwrap().path().join("missing");
        let error = probe_key_folder(&folder).unwrap_err().to_string();
        assert!(error.contains("missing"), "{error}");
    }
}
