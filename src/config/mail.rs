//! How letters leave.

use std::path::PathBuf;

use secrecy::SecretString;
use url::{Host, Url};

use crate::mail::{Relay, Tls};

/// One of the two ways.
#[derive(Clone, Debug)]
pub enum Mail {
    /// As `.eml` files in a folder.
    File(PathBuf),
    /// Through a mail server.
    Smtp(Relay),
}

const FORMS: &str = "is not of the form file:folder, smtp://user:password@host:587 or smtps://user:password@host:465 (with special \
     characters in user and password percent-encoded)";

/// Never shows anything of the text, not even in an error: it may hold a password.
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

fn smtp(text: &str, tls: Tls, usual_port: u16) -> Result<Mail, String> {
    let url = Url::parse(text).map_err(|_| FORMS)?;
    let is_bare =
        matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    let host = match url.host().filter(|_| is_bare).ok_or(FORMS)? {
        Host::Ipv6(address) => address.to_string(),
        host => host.to_string(),
    };
    let port = url.port().unwrap_or(usual_port);
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

fn percent_decoded(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}
