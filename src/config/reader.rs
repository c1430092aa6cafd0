//! Reads settings from variables and collects the errors.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Duration;

use super::table::{self, SETTINGS, Setting, Typed};
use super::{ConfigError, ConfigErrors};

const PREFIX: &str = "LATCHKEY_";
/// The prefix of variables that only the tests read.
const OF_TESTS: &str = "LATCHKEY_TEST_";
/// A variable that only build.rs reads.
const OF_BUILD: &str = "LATCHKEY_GRAPHIQL";

pub(super) struct Reader {
    /// The variables not read yet. In the end, those left are unknown.
    vars_left: BTreeMap<String, String>,
    /// Enables reading of the files that settings name.
    pub(super) files: bool,
    errors: Vec<ConfigError>,
}

impl Reader {
    pub(super) fn new(vars: impl IntoIterator<Item = (String, String)>, files: bool) -> Self {
        let is_setting = |name: &str| {
            name.starts_with(PREFIX) && !name.starts_with(OF_TESTS) && name != OF_BUILD
        };
        let vars_left = vars
            .into_iter()
            .filter(|(name, _)| is_setting(name))
            .collect();
        Self {
            vars_left,
            files,
            errors: Vec::new(),
        }
    }

    /// Returns the setting's value or its default.
    pub(super) fn take<T>(&mut self, setting: &Typed<T>) -> Option<T> {
        self.take_or(setting, Some(setting.row.default.to_owned()))
    }

    /// Returns the setting's value, or a default that depends on other settings, or `None` if those
    /// are wrong. A blank value counts as not set.
    pub(super) fn take_or<T>(&mut self, setting: &Typed<T>, default: Option<String>) -> Option<T> {
        let value = self
            .vars_left
            .remove(setting.row.name)
            .map(|value| unquoted(value.trim()).to_owned())
            .filter(|value| !value.is_empty())
            .or(default)?;
        (setting.parse)(value.trim())
            .map_err(|wrong| self.refuse(&setting.row, &value, &wrong))
            .ok()
    }

    /// Returns whether the operator has set a setting that was not read yet.
    pub(super) fn is_set(&self, row: &Setting) -> bool {
        self.vars_left
            .get(row.name)
            .is_some_and(|value| !unquoted(value.trim()).is_empty())
    }

    /// Returns the setting's value; if files are enabled, together with the content of the file
    /// that it names.
    pub(super) fn take_and_read<T, F: Display>(
        &mut self,
        setting: &Typed<T>,
        read: impl FnOnce(T) -> Result<T, F>,
    ) -> Option<T> {
        let value = self.take(setting)?;
        if !self.files {
            return Some(value);
        }
        read(value)
            .map_err(|wrong| self.error(&setting.row, wrong.to_string(), setting.row.example))
            .ok()
    }

    /// Requires a setting that weakens the server to be used only on a loopback address.
    pub(super) fn require_loopback<T>(
        &mut self,
        listen: Option<SocketAddr>,
        weak: bool,
        setting: &Typed<T>,
        what: &str,
    ) {
        if weak && listen.is_some_and(|listen| !listen.ip().is_loopback()) {
            let wrong =
                format!("{what} is for tests, and only with LATCHKEY_LISTEN on a loopback address");
            self.error(&setting.row, wrong, setting.row.default);
        }
    }

    /// Requires a session lifetime to be no shorter than that of access tokens.
    pub(super) fn require_no_shorter(
        &mut self,
        setting: &Typed<Duration>,
        bound: Option<Duration>,
        access: Option<Duration>,
    ) {
        if let (Some(bound), Some(access)) = (bound, access)
            && bound < access
        {
            let (bound, access) = (bound.as_secs(), access.as_secs());
            let wrong =
                format!("`{bound}` is less than LATCHKEY_ACCESS_TOKEN_SECONDS, which is {access}");
            self.error(&setting.row, wrong, setting.row.default);
        }
    }

    /// Refuses a cookie that every browser would drop.
    pub(super) fn require_secure(&mut self, dropped: bool) {
        if dropped {
            let wrong = "`none` needs an https:// URL in LATCHKEY_PUBLIC_URL: browsers drop such a cookie unless it is `Secure`";
            self.error(
                &table::COOKIE_SAME_SITE.row,
                wrong.to_owned(),
                table::COOKIE_SAME_SITE.row.example,
            );
        }
    }

    /// Returns the result, if there are no errors.
    pub(super) fn finish<T>(mut self, read: Option<T>) -> Result<T, ConfigErrors> {
        for name in std::mem::take(&mut self.vars_left).into_keys() {
            self.errors.push(unknown(name));
        }
        read.filter(|_| self.errors.is_empty())
            .ok_or(ConfigErrors(self.errors))
    }

    fn refuse(&mut self, row: &Setting, value: &str, wrong: &str) {
        let value = if row.secret {
            "the value".to_owned()
        } else {
            format!("`{}`", value.escape_debug())
        };
        self.error(row, format!("{value} {wrong}"), row.example);
    }

    pub(super) fn error(&mut self, row: &Setting, wrong: String, example: &str) {
        let example = format!("{}={example}", row.name);
        self.errors.push(ConfigError {
            place: row.name.to_owned(),
            wrong,
            example,
        });
    }
}

/// Removes one pair of quotes around a value: Docker's env files leave them on it.
fn unquoted(value: &str) -> &str {
    let inner = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    let quoted = ['"', '\'']
        .into_iter()
        .find_map(|quote| inner(quote).filter(|inner| !inner.contains(quote)));
    quoted.map_or(value, str::trim)
}

fn unknown(name: String) -> ConfigError {
    let distance = |row: &&Setting| strsim::damerau_levenshtein(row.name, &name);
    let nearest = SETTINGS
        .iter()
        .min_by_key(distance)
        .unwrap_or(&table::LISTEN.row);
    ConfigError {
        wrong: format!("there is no such setting; did you mean {}?", nearest.name),
        example: format!("{}={}", nearest.name, nearest.example),
        place: name,
    }
}
