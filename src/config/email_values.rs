//! Parsers of the settings about the content of emails. An error continues "the value …".

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::mail::{CODE_PLACE, Dkim};
use crate::model::{Email, Locale};
use crate::token::SecretSource;

/// Parses the path of a folder, or nothing.
pub(super) fn templates(text: &str) -> Result<Option<PathBuf>, String> {
    let folder = super::parse::folder(text)?;
    Ok(Some(folder).filter(|_| !text.is_empty()))
}

/// Parses a name for subjects and first lines.
pub(super) fn name(text: &str) -> Result<String, String> {
    if text.contains(char::is_control) || text.chars().count() > 60 {
        Err("has a control character, or more than 60 characters".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

pub(super) fn locale(text: &str) -> Result<Locale, String> {
    Locale::parse(text).map_err(|_| "is no language tag, such as de or pt-BR".to_owned())
}

pub(super) fn support(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let is_address = Email::parse(text).is_ok();
    if is_address || secure_url(text).is_some() {
        Ok(Some(text.to_owned()))
    } else {
        Err("is neither an email address nor an https:// URL".to_owned())
    }
}

pub(super) fn logo(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let url = secure_url(text).ok_or("is not an https:// URL")?;
    Ok(Some(url.into()))
}

fn secure_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (url.scheme() == "https" && url.username().is_empty()).then_some(url)
}

pub(super) fn color(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_owned())
    } else {
        Err("is not # and six hexadecimal digits".to_owned())
    }
}

pub(super) fn app_url(text: &str) -> Result<Option<Url>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    super::parse::public_url(text).map(Some)
}

/// Parses the path of a page. The code may be in the fragment only, which browsers send nowhere.
pub(super) fn page(text: &str) -> Result<String, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    let is_path = text.starts_with('/') && !text.starts_with("//") && is_plain;
    if !text.is_empty() && !is_path {
        return Err("is not a path, such as /reset-password, in ASCII".to_owned());
    }
    let (before, fragment) = text.split_once('#').unwrap_or((text, ""));
    let rest = fragment.replacen(CODE_PLACE, "", 1);
    if before.contains(['{', '}']) || rest.contains(['{', '}']) {
        return Err("has braces other than {code} once in the fragment, after #".to_owned());
    }
    Ok(text.to_owned())
}

/// Parses a domain, or a selector, which is one too.
pub(super) fn domain(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let wrong = "is not a domain name";
    let name = idna::domain_to_ascii(text).map_err(|_| wrong)?;
    let is_label = |label: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (1..=63).contains(&label.len()) && label.bytes().all(is_part)
    };
    if name.split('.').all(is_label) {
        Ok(name)
    } else {
        Err(wrong.to_owned())
    }
}

/// Parses a private key. Never shows anything of the text.
pub(super) fn dkim_key(text: &str) -> Result<Option<SecretSource>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let source = SecretSource::parse(text);
    match &source {
        SecretSource::Inline(pem) if !is_key(pem) => {
            Err("is neither a private key in PEM, nor file: and a file with one".to_owned())
        }
        _ => Ok(Some(source)),
    }
}

/// Returns whether a text is a private key that DKIM has.
pub(super) fn is_key(pem: &SecretString) -> bool {
    Dkim::new(String::new(), String::new(), pem.expose_secret()).is_ok()
}
