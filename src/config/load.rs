//! Loading of the settings, with or without the files that they name.

use std::collections::BTreeMap;

use super::reader::Reader;
use super::{Config, ConfigErrors, environment};

impl Config {
    /// Reads the settings from the environment, then from `.env` in the working folder for those
    /// that are unset, and the files that they name.
    ///
    /// # Errors
    /// Returns everything that is wrong.
    pub fn load() -> Result<Self, ConfigErrors> {
        Self::load_by(Self::from_vars_and_files)
    }

    /// Reads the settings without the files, for commands that need none or one of them: a mistake
    /// in another file must not keep the operator from running them.
    ///
    /// # Errors
    /// Returns all settings that are wrong.
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

    /// Reads the settings from these variables; those of other programs are ignored.
    ///
    /// # Errors
    /// Returns everything that is wrong.
    pub fn from_vars(
        vars: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigErrors> {
        Self::taken_from(Reader::new(vars, false))
    }

    /// Reads the settings from these variables as [`Config::from_vars`] does, and the files that
    /// they name.
    ///
    /// # Errors
    /// Returns everything that is wrong, including the files.
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
