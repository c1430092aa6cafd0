//! Parsers of single values. An error continues "the value …", and the reader adds the value.

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use url::{Host, Url};

pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "is not an IP address and a port".to_owned())
}

/// Parses an address to listen on, or `off`.
pub(super) fn listen_or_off(text: &str) -> Result<Option<SocketAddr>, String> {
    match text {
        "off" => Ok(None),
        address => listen(address)
            .map(Some)
            .map_err(|wrong| format!("{wrong}, nor off")),
    }
}

pub(super) fn folder(text: &str) -> Result<PathBuf, String> {
    if text.contains("://") {
        Err("is a URL, not a folder".to_owned())
    } else {
        Ok(text.into())
    }
}

/// Parses the paths of files, separated by commas.
pub(super) fn files(text: &str) -> Result<Vec<PathBuf>, String> {
    let paths = text.split(',').map(str::trim);
    let paths = paths.filter(|path| !path.is_empty());
    paths
        .map(|path| match path {
            url if url.contains("://") => Err("holds a URL, not a file".to_owned()),
            path => Ok(path.into()),
        })
        .collect()
}

pub(super) fn number<T: Display + FromStr + PartialOrd>(
    text: &str,
    range: RangeInclusive<T>,
) -> Result<T, String> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        format!(
            "is not a whole number from {} to {}",
            range.start(),
            range.end()
        )
    })
}

pub(super) fn seconds(text: &str, range: RangeInclusive<u64>) -> Result<Duration, String> {
    number(text, range).map(Duration::from_secs)
}

pub(super) fn one_of<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let chosen = choices
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, value)| *value);
    let names = || {
        choices
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(" or ")
    };
    chosen.ok_or_else(|| format!("is not {}", names()))
}

pub(super) fn plain(text: &str) -> Result<String, String> {
    let is_plain = !text
        .chars()
        .any(|character| character.is_control() || character.is_whitespace());
    if is_plain {
        Ok(text.to_owned())
    } else {
        Err("holds white space or control characters".to_owned())
    }
}

/// Parses a name that apps show.
pub(super) fn app_name(text: &str) -> Result<String, String> {
    if text.chars().any(char::is_control) {
        Err("holds control characters".to_owned())
    } else if text.chars().count() > 256 {
        Err("has more than 256 characters".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

pub(super) fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "is not a URL".to_owned())?;
    let is_web = matches!(url.scheme(), "http" | "https");
    let is_bare = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let is_unspecified = match url.host() {
        Some(Host::Ipv4(address)) => address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_unspecified(),
        _ => false,
    };
    if is_unspecified {
        Err("means all addresses of a machine, and no client can open it".to_owned())
    } else if is_web && is_bare {
        Ok(url)
    } else {
        Err("is not a plain http:// or https:// URL without query".to_owned())
    }
}

pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    // IPv4 peers are known by their IPv4 address, so a network of mapped addresses would match none
    // of them.
    let is_mapped =
        |network: &IpNet| matches!(network, IpNet::V6(it) if it.addr().to_ipv4_mapped().is_some());
    let parse = |part: &str| {
        let address = || part.parse::<IpAddr>().map(IpNet::from).ok();
        let network = part.parse().ok().or_else(address);
        let network = network.filter(|network| !is_mapped(network));
        network.ok_or_else(|| {
            format!(
                "holds `{}`, which is no address and no network such as 10.0.0.0/8",
                part.escape_debug()
            )
        })
    };
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(parse)
        .collect()
}

pub(super) fn origins(text: &str) -> Result<Vec<String>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(origin)
        .collect()
}

/// Parses an origin exactly as browsers write it in `Origin`, since it is compared byte by byte.
fn origin(text: &str) -> Result<String, String> {
    let refused = |why: &str| Err(format!("holds `{}`, which {why}", text.escape_debug()));
    if text.contains('*') {
        return refused("is a wildcard: name each origin");
    }
    let Some(url) = Url::parse(text).ok().filter(Url::has_host) else {
        return refused("is not of the form scheme://host or scheme://host:port");
    };
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let written = format!(
        "{}://{}{port}",
        url.scheme(),
        url.host_str().unwrap_or_default()
    );
    if written == text {
        Ok(written)
    } else {
        refused(&format!("browsers write as {written}"))
    }
}

/// Parses a filter. A single word must be a level, because a misspelt one would silence the log as
/// the name of an unknown module.
pub(super) fn log_filter(text: &str) -> Result<String, String> {
    let is_known =
        |part: &str| part.contains(['=', '[', ']']) || part.parse::<LevelFilter>().is_ok();
    if let Some(word) = text.split(',').map(str::trim).find(|part| !is_known(part)) {
        return Err(format!(
            "holds `{}`, which is neither a level nor module=level",
            word.escape_debug()
        ));
    }
    match EnvFilter::builder().parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("is not a filter: {error}")),
    }
}
