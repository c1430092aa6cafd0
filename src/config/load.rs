//! Where settings are read from, and whether the files that they name are read with them.

use std::collections::BTreeMap;

use super::reader::Reader;
use super::{Config, ConfigErrors, environment};

impl Config {
    /// Reads the settings from the environment, and from `.env` in the working folder what the environment leaves unset;
    /// and the files that they name.
    ///
    /// # Errors
    /// When anything is wrong: all of it.
    pub fn load() -> Result<Self, ConfigErrors> {
        Self::load_by(Self::from_vars_and_files)
    }

    /// The same without the files, for commands that need none or one of them: a mistake in another must not stand in the
    /// way of who has to act.
    ///
    /// # Errors
    /// When a setting itself is wrong: all of them.
    pub fn load_without_files() -> Result<Self, ConfigErrors> {
        Self::load_by(Self::from_vars)
    }

    fn load_by(
        read: impl FnOnce(BTreeMap<String, String>) -> Result<Self, ConfigErrors>,
    ) -> Result<Self, ConfigErrors> {
        let (vars, unreadable) = environment::vars();
        match read(vars) {
            Ok(config) if unreadable.is_empty() => Ok(config),
            Ok(_) => Err(ConfigErrors(unreadable)),
            Err(ConfigErrors(errors)) => Err(ConfigErrors([unreadable, errors].concat())),
        }
    }

    /// Reads the settings from these variables; those that are not latchkey's are passed over.
    ///
    /// # Errors
    /// When anything is wrong: all of it.
    pub fn from_vars(
        vars: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigErrors> {
        Self::taken_from(Reader::new(vars, false))
    }

    /// Reads the settings from these variables as [`Config::from_vars`] does, and the files that they name.
    ///
    /// # Errors
    /// When anything is wrong, with a file too: all of it.
    pub fn from_vars_and_files(
        vars: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigErrors> {
        Self::taken_from(Reader::new(vars, true))
    }

    fn taken_from(mut reader: Reader) -> Result<Self, ConfigErrors> {
        let config = Self::read(&mut reader);
        reader.finish(config)
    }
}
