//! The transport of emails.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

use crate::mail::{Relay, Tls};

/// The transport of emails.
#[derive(Clone, Debug)]
pub enum Mail {
    /// A folder of `.eml` files.
    File(PathBuf),
    /// A mail server.
    Smtp(Relay),
}

impl Mail {
    /// Returns the place where emails arrive, for people to read.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::File(folder) => folder.display().to_string(),
            Self::Smtp(relay) => format!("sent through {}:{}", relay.host, relay.port),
        }
    }
}

const FORMS: &str = "is not of the form file:folder, smtp://user:password@host:587 or smtps://user:password@host:465 (with special \
     characters in user and password percent-encoded)";

/// Parses the setting. An error shows nothing of the text, which may hold a password.
pub(super) fn parse(text: &str) -> Result<Mail, String> {
    match text.split_once(':') {
        Some(("file", path)) => file(path.strip_prefix("//").unwrap_or(path)),
        Some(("smtp", _)) => smtp(text, Tls::StartTls, 587),
        Some(("smtps", _)) => smtp(text, Tls::Implicit, 465),
        _ => Err(FORMS.to_owned()),
    }
}

fn file(path: &str) -> Result<Mail, String> {
    if path.is_empty() {
        Err("does not name a folder after file:".to_owned())
    } else {
        Ok(Mail::File(path.into()))
    }
}

fn smtp(text: &str, tls: Tls, default_port: u16) -> Result<Mail, String> {
    let url = Url::parse(text).map_err(|_| FORMS)?;
    let is_bare =
        matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    let host = match url.host().filter(|_| is_bare).ok_or(FORMS)? {
        Host::Ipv6(address) => address.to_string(),
        host => host.to_string(),
    };
    let port = url.port().unwrap_or(default_port);
    Ok(Mail::Smtp(Relay {
        host,
        port,
        tls,
        login: login(&url)?,
    }))
}

fn login(url: &Url) -> Result<Option<(String, SecretString)>, String> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err("has a password but no user".to_owned()),
        (_, None) => Err("has a user but no password".to_owned()),
        (user, Some(password)) => {
            let password = percent_decoded(password).ok_or(FORMS)?;
            Ok(Some((percent_decoded(user).ok_or(FORMS)?, password.into())))
        }
    }
}

/// Returns the decoded text, or `None` if it has a `%` without two digits or is not UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let is_escape = |rest: &str| {
        let digits = rest.as_bytes().first_chunk::<2>();
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_escape) {
        return None;
    }
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}
