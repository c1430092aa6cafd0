//! The settings of sign-in at identity providers.

use std::path::PathBuf;

use url::Url;

use super::reader::Reader;
use super::sign_in_table::{PROVIDER_REDIRECTS, PROVIDERS};
use super::{is_local, parse};
use crate::providers::{ProviderFile, ProvidersError};

/// The largest number of pages, and of characters in the URL of each.
const MAX_PAGES: usize = 50;
const MAX_PAGE: usize = 512;

/// The providers that users can sign in with, and the pages to which they return.
#[derive(Clone, Debug, Default)]
pub struct ProviderSettings {
    /// The file of the providers, if there is one.
    pub source: Option<ProviderSource>,
    /// The pages of front ends to which a sign-in may return.
    pub redirects: Vec<Url>,
}

/// The file of the providers, or its content once it was read.
#[derive(Clone, Debug)]
pub enum ProviderSource {
    /// A file that is not read yet.
    File(PathBuf),
    /// The providers.
    Loaded(ProviderFile),
}

impl ProviderSource {
    /// Returns the providers, reading the file if necessary.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or is not of use.
    pub fn providers(&self) -> Result<ProviderFile, ProvidersError> {
        match self {
            Self::File(path) => ProviderFile::read(path),
            Self::Loaded(file) => Ok(file.clone()),
        }
    }
}

impl ProviderSettings {
    /// Returns `None` if a setting is wrong.
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let source = reader.take_and_read(&PROVIDERS, load);
        let redirects = reader.take(&PROVIDER_REDIRECTS);
        let (source, redirects) = (source?, redirects?);
        if source.is_some() && redirects.is_empty() {
            let wrong = format!("is needed beside {}", PROVIDERS.row.name);
            let row = &PROVIDER_REDIRECTS.row;
            reader.error(row, wrong, row.example);
            return None;
        }
        Some(Self { source, redirects })
    }
}

fn load(source: Option<ProviderSource>) -> Result<Option<ProviderSource>, ProvidersError> {
    let file = source.map(|source| source.providers()).transpose()?;
    Ok(file.map(ProviderSource::Loaded))
}

/// Parses the path of the file of providers.
pub(super) fn file(text: &str) -> Result<Option<ProviderSource>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    parse::folder(text)
        .map(|path| Some(ProviderSource::File(path)))
        .map_err(|_| "is a URL, not a file".to_owned())
}

/// Parses the pages to which a sign-in may return. A page without TLS is one of this machine.
pub(super) fn redirects(text: &str) -> Result<Vec<Url>, String> {
    let pages = text.split(',').map(str::trim);
    let pages: Vec<_> = pages.filter(|page| !page.is_empty()).collect();
    if pages.len() > MAX_PAGES {
        return Err(format!("has more than {MAX_PAGES} pages"));
    }
    pages.into_iter().map(page).collect()
}

fn page(text: &str) -> Result<Url, String> {
    let refused = |why: &str| Err(format!("holds `{}`, which {why}", text.escape_debug()));
    let Ok(url) = Url::parse(text) else {
        return refused("is not a URL");
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_local(&url));
    if !is_safe {
        return refused("is neither https:// nor on this machine");
    }
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return refused("has a fragment, a user or a password");
    }
    if url.as_str().len() > MAX_PAGE {
        return refused(&format!("has more than {MAX_PAGE} characters"));
    }
    Ok(url)
}
