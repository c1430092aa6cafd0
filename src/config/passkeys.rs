//! The settings of passkeys: the domain that they belong to, and the pages that may use them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use url::{Host, Url};

use super::reader::Reader;
use super::{parse, sign_in_table};
use crate::webauthn::RelyingParty;

/// The number of names that browsers accept among the origins outside the domain.
const MAX_RELATED_NAMES: usize = 5;
/// Second-level names under which countries register domains for everybody, as in `co.uk`.
const SHARED_NAMES: [&str; 7] = ["ac", "co", "com", "edu", "gov", "net", "org"];
/// The form of the origin of an app on Android, before the hash of its key.
const ANDROID_APP: &str = "android:apk-key-hash:";

/// The settings of passkeys that are on.
#[derive(Clone, Debug)]
pub struct PasskeySettings {
    /// The relying party.
    pub party: RelyingParty,
    /// True if the operator has set the domain.
    pub is_id_set: bool,
}

/// The settings that the defaults come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places<'a> {
    pub(super) public_url: Option<&'a Url>,
    pub(super) origins: Option<&'a [String]>,
}

impl PasskeySettings {
    /// Returns the outer `None` if a setting is wrong, and the inner one if passkeys are off.
    #[expect(
        clippy::option_option,
        reason = "the outer one is for a wrong setting, the inner one for passkeys that are off"
    )]
    pub(super) fn read(reader: &mut Reader, places: Places<'_>) -> Option<Option<Self>> {
        let is_on = reader.take(&sign_in_table::PASSKEYS);
        let is_id_set = reader.is_set(&sign_in_table::PASSKEY_RP_ID.row);
        let id = reader.take(&sign_in_table::PASSKEY_RP_ID);
        let origins = reader.take(&sign_in_table::PASSKEY_ORIGINS);
        if !is_on? {
            return Some(None);
        }
        let (mut id, mut origins) = (id?, origins?);
        if id.is_empty() {
            id = default_id(reader, places.public_url?)?;
        }
        if origins.is_empty() {
            origins = default_origins(places, &id)?;
        }
        let party = RelyingParty { id, origins };
        check(reader, &party)?;
        Some(Some(Self { party, is_id_set }))
    }

    /// Returns warnings about what works less well than it seems to.
    pub(super) fn warnings(&self, public_url: &Url) -> Vec<String> {
        let mut warnings = Vec::new();
        let (id, host) = (&self.party.id, public_url.host_str().unwrap_or_default());
        if !self.is_id_set && !is_of_this_machine(id) {
            warnings.push(format!(
                "passkeys belong to {id}, the host of LATCHKEY_PUBLIC_URL, and another domain cannot use them later: set \
                 LATCHKEY_PASSKEY_RP_ID now, to this domain or to one above it"
            ));
        }
        let related: Vec<&str> = self.party.related_origins().collect();
        if !related.is_empty() && id != host {
            warnings.push(format!(
                "LATCHKEY_PASSKEY_ORIGINS has {}, outside {id}: browsers look for it at https://{id}/.well-known/webauthn. Have \
                 that path answered as this server answers it at {host}",
                related.join(", ")
            ));
        }
        warnings
    }
}

fn is_of_this_machine(id: &str) -> bool {
    id == "localhost" || id.ends_with(".localhost")
}

/// Returns the host of the public URL, if passkeys can belong to it.
fn default_id(reader: &mut Reader, public_url: &Url) -> Option<String> {
    let host = public_url.host_str().unwrap_or_default();
    match rp_id(host) {
        Ok(id) if !id.is_empty() => Some(id),
        wrong => {
            let wrong = wrong.err().unwrap_or_default();
            let row = &sign_in_table::PASSKEY_RP_ID.row;
            let wrong =
                format!("is not set, and `{host}`, the host of LATCHKEY_PUBLIC_URL, {wrong}");
            reader.error(row, wrong, row.example);
            None
        }
    }
}

/// Returns the origins of the public URL and of the front ends, as far as the domain covers them.
fn default_origins(places: Places<'_>, id: &str) -> Option<Vec<String>> {
    let own = places.public_url?.origin().ascii_serialization();
    let front_ends = places.origins?.iter().cloned();
    let mut origins: Vec<String> = std::iter::once(own).chain(front_ends).collect();
    origins.retain(|origin| RelyingParty::covers(id, origin) && is_secure(origin));
    Some(origins)
}

/// Refuses origins that no browser would accept for the domain.
fn check(reader: &mut Reader, party: &RelyingParty) -> Option<()> {
    let row = &sign_in_table::PASSKEY_ORIGINS.row;
    let wrong = if party.origins.is_empty() {
        Some(format!(
            "is not set, and {} covers neither LATCHKEY_PUBLIC_URL nor LATCHKEY_ORIGINS",
            party.id
        ))
    } else if let Some(origin) = party
        .related_origins()
        .find(|it| !it.starts_with("https://"))
    {
        Some(format!(
            "holds `{origin}`, which {} does not cover: only https:// origins can be related to it",
            party.id
        ))
    } else {
        let names: BTreeSet<String> = party.related_origins().filter_map(name).collect();
        (names.len() > MAX_RELATED_NAMES).then(|| {
            format!(
                "has origins of {} names outside {}, and browsers accept {MAX_RELATED_NAMES}",
                names.len(),
                party.id
            )
        })
    };
    match wrong {
        Some(wrong) => {
            reader.error(row, wrong, row.example);
            None
        }
        None => Some(()),
    }
}

/// Returns the name that browsers count an origin by: the label before its public suffix, as far as
/// that can be known without the list of them.
fn name(origin: &str) -> Option<String> {
    let url = Url::parse(origin).ok()?;
    let host = url.host_str()?;
    let mut labels: Vec<&str> = host.split('.').collect();
    labels.pop();
    if labels.len() > 1 && labels.last().is_some_and(|it| SHARED_NAMES.contains(it)) {
        labels.pop();
    }
    labels.pop().map(str::to_owned)
}

/// Returns whether browsers offer passkeys to the pages of an origin.
fn is_secure(origin: &str) -> bool {
    let url = Url::parse(origin);
    url.is_ok_and(|url| match url.host() {
        Some(Host::Domain(host)) => url.scheme() == "https" || is_of_this_machine(host),
        _ => false,
    })
}

/// Parses the domain that passkeys belong to, or nothing.
pub(super) fn rp_id(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let is_address = text.starts_with('[') || text.parse::<IpAddr>().is_ok();
    if is_address {
        return Err(
            "is an IP address, and passkeys belong to a domain (for tests: localhost)".to_owned(),
        );
    }
    if text.contains(':') || text.contains('/') {
        return Err("has a port or a path: only the domain, such as example.org".to_owned());
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err("has capitals, which browsers do not ignore".to_owned());
    }
    let ascii = idna::domain_to_ascii_strict(text);
    if ascii.ok().as_deref() != Some(text) || !matches!(Host::parse(text), Ok(Host::Domain(_))) {
        return Err("is not a domain in ASCII, such as example.org".to_owned());
    }
    let labels: Vec<&str> = text.split('.').collect();
    let is_shared = match labels.as_slice() {
        [_] => text != "localhost",
        [name, top] => top.len() == 2 && SHARED_NAMES.contains(name),
        _ => false,
    };
    if is_shared {
        return Err("is a domain that many share, and no browser accepts it".to_owned());
    }
    Ok(text.to_owned())
}

/// Parses the origins of pages and apps that may use passkeys.
pub(super) fn origins(text: &str) -> Result<Vec<String>, String> {
    let parts = text.split(',').map(str::trim);
    let parts = parts.filter(|part| !part.is_empty());
    parts.map(origin).collect()
}

fn origin(text: &str) -> Result<String, String> {
    if text.starts_with(ANDROID_APP) {
        return parse::plain(text);
    }
    let origin = parse::origins(text)?;
    let [origin] = origin.as_slice() else {
        return Err("holds no origin".to_owned());
    };
    if is_secure(origin) {
        Ok(origin.clone())
    } else {
        let shown = origin.escape_debug();
        Err(format!(
            "holds `{shown}`, where browsers have no passkeys: only https:// with a domain, or localhost"
        ))
    }
}
