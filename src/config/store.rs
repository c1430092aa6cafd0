//! The store of the accounts.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

/// The store, chosen by the scheme of one URL.
#[derive(Clone, Debug)]
pub enum Store {
    /// The embedded store: one file.
    Sqlite(PathBuf),
    /// `MongoDB`, by its connection string, which names the database.
    Mongodb(SecretString),
}

impl Store {
    /// Describes the place of the store, without user, password and options.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Mongodb(url) => {
                let (scheme, authority, database) = split(url.expose_secret()).unwrap_or_default();
                let hosts = authority
                    .rsplit_once('@')
                    .map_or(authority, |(_, hosts)| hosts);
                format!("{scheme}://{hosts}/{database}")
            }
        }
    }
}

/// Parses the setting. An error shows nothing of the text, which may hold a password.
pub(super) fn parse(text: &str) -> Result<Store, String> {
    let Some((scheme, rest)) = text.split_once(':') else {
        return refused(FORMS);
    };
    match scheme {
        "sqlite" if !cfg!(feature = "sqlite") => refused(&without("sqlite")),
        "sqlite" => file(rest.strip_prefix("//").unwrap_or(rest)),
        "mongodb" | "mongodb+srv" if !cfg!(feature = "mongodb") => refused(&without("mongodb")),
        "mongodb" | "mongodb+srv" => mongodb(text),
        _ => refused(FORMS),
    }
}

const FORMS: &str = "starts neither with sqlite: nor with mongodb:// or mongodb+srv://";

fn refused(why: &str) -> Result<Store, String> {
    Err(why.to_owned())
}

fn without(feature: &str) -> String {
    format!("asks for a store that this program was built without (cargo feature `{feature}`)")
}

fn file(path: &str) -> Result<Store, String> {
    let is_plain = !path.is_empty()
        && !path.starts_with([':', '?'])
        && !path.contains('?')
        && !path.starts_with("file:");
    if is_plain {
        Ok(Store::Sqlite(path.into()))
    } else {
        refused("does not name a file after sqlite:")
    }
}

fn mongodb(text: &str) -> Result<Store, String> {
    let Some((_, authority, database)) = split(text) else {
        return refused(FORMS);
    };
    let (login, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    if hosts.split(',').any(str::is_empty) {
        return refused("names no host after mongodb://");
    }
    // An unencoded @ or / of a password ends up in one of the two.
    if login.contains('@') || database.contains(['@', '/', ':']) {
        return refused("has special characters in user or password that are not percent-encoded");
    }
    if database.is_empty() {
        return refused("names no database in its path");
    }
    #[cfg(feature = "mongodb")]
    crate::repository::MongoRepository::check(text)?;
    Ok(Store::Mongodb(text.into()))
}

/// Returns scheme, authority and path. The `url` crate cannot parse a list of hosts.
fn split(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let address = rest.split_once('?').map_or(rest, |(address, _)| address);
    let (authority, database) = address.split_once('/').unwrap_or((address, ""));
    Some((scheme, authority, database))
}
