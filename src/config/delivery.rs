//! The settings of the delivery of emails: the name, the trust and the connections, and that what
//! emails say is reachable from where they go.

use std::net::IpAddr;
use std::path::PathBuf;

use lettre::message::Mailbox;
use url::Url;

use super::reader::Reader;
use super::{Mail, is_local, table};

/// The settings of the delivery.
#[expect(
    clippy::option_option,
    reason = "the outer one is for a wrong setting, the inner one for an unset one"
)]
pub(super) struct Delivery {
    pub(super) connections: Option<usize>,
    pub(super) ehlo: Option<Option<String>>,
    pub(super) authorities: Option<Option<PathBuf>>,
}

impl Delivery {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            connections: reader.take(&table::MAIL_CONNECTIONS),
            ehlo: reader.take(&table::MAIL_EHLO),
            authorities: reader.take(&table::MAIL_CA),
        }
    }

    /// Refuses a sender and a public URL of this machine where the mail server is another: the
    /// recipients could use neither.
    pub(super) fn check(reader: &mut Reader, mail: &Mail, from: &Mailbox, public_url: &Url) {
        let Mail::Smtp(relay) = mail else { return };
        if is_of_this_machine(&relay.host) {
            return;
        }
        let domain = from.email.domain();
        if is_of_this_machine(domain) || !domain.contains('.') {
            let from = &from.email;
            let wrong = format!(
                "`{from}` is an address of this machine, which the mail server in LATCHKEY_MAIL and the recipients cannot answer"
            );
            let row = &table::MAIL_FROM.row;
            reader.error(row, wrong, row.example);
        }
        if is_local(public_url) {
            let wrong = format!(
                "`{public_url}` is a URL of this machine, which the recipients of emails cannot open"
            );
            let row = &table::PUBLIC_URL.row;
            reader.error(row, wrong, row.example);
        }
    }
}

/// Returns whether a host is this machine: a loopback address, or a name under `localhost`.
pub(super) fn is_of_this_machine(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    match address {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

/// Parses the path of a file, or nothing.
pub(super) fn authorities(text: &str) -> Result<Option<PathBuf>, String> {
    match text {
        "" => Ok(None),
        url if url.contains("://") => Err("is a URL, not a file".to_owned()),
        path => Ok(Some(path.into())),
    }
}

/// Parses a name to greet mail servers with.
pub(super) fn ehlo(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = "is not a full host name, such as accounts.example.org";
    let name = idna::domain_to_ascii(text).map_err(|_| wrong)?;
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'-')
    };
    let is_full = name.contains('.') && name.split('.').all(is_label);
    if is_full && name.parse::<IpAddr>().is_err() {
        Ok(Some(name))
    } else {
        Err(wrong.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    const PUBLIC: (&str, &str) = ("PUBLIC_URL", "https://accounts.example.org");
    const SENDER: (&str, &str) = ("MAIL_FROM", "no-reply@example.org");

    /// Returns the settings that are refused.
    fn refused(vars: &[(&str, &str)]) -> Vec<String> {
        let vars = vars
            .iter()
            .map(|(name, value)| (format!("LATCHKEY_{name}"), (*value).to_owned()));
        let read = Config::from_vars(vars);
        let errors = read.err().map(|errors| errors.0).unwrap_or_default();
        errors.into_iter().map(|error| error.place).collect()
    }

    #[test]
    fn local_sender_is_refused_with_remote_mail_server() {
        for mail in ["smtp://mail.example.org", "smtps://192.0.2.1"] {
            let mail = ("MAIL", mail);
            assert_eq!(refused(&[mail, PUBLIC]), ["LATCHKEY_MAIL_FROM"]);
            for from in ["a@localhost", "a@server", "a@mail.localhost"] {
                assert_eq!(
                    refused(&[mail, PUBLIC, ("MAIL_FROM", from)]),
                    ["LATCHKEY_MAIL_FROM"]
                );
            }
            assert!(refused(&[mail, PUBLIC, SENDER]).is_empty());
        }
    }

    #[test]
    fn local_public_url_is_refused_with_remote_mail_server() {
        let mail = ("MAIL", "smtp://mail.example.org");
        assert_eq!(refused(&[mail, SENDER]), ["LATCHKEY_PUBLIC_URL"]);
        for url in [
            "http://localhost:4000",
            "http://127.0.0.2",
            "http://[::1]:4000",
        ] {
            assert_eq!(
                refused(&[mail, SENDER, ("PUBLIC_URL", url)]),
                ["LATCHKEY_PUBLIC_URL"]
            );
        }
    }

    #[test]
    fn local_addresses_are_accepted_with_local_mail_server() {
        for host in ["localhost", "127.0.0.1:2525", "[::1]", "mail.localhost"] {
            assert!(
                refused(&[("MAIL", &format!("smtp://{host}"))]).is_empty(),
                "{host}"
            );
        }
        assert!(refused(&[("MAIL", "file:mail")]).is_empty());
    }

    #[test]
    fn ehlo_name_must_be_a_full_host_name() {
        for name in [
            "localhost",
            "192.0.2.1",
            "a b.example",
            "-a.example",
            "a..example",
        ] {
            assert_eq!(
                refused(&[("MAIL_EHLO", name)]),
                ["LATCHKEY_MAIL_EHLO"],
                "{name}"
            );
        }
        let names = |vars: &[(&str, &str)]| {
            let vars = vars
                .iter()
                .map(|(name, value)| (format!("LATCHKEY_{name}"), (*value).to_owned()));
            Config::from_vars(vars)
                .unwrap()
                .mail_names()
                .into_iter()
                .find(|name| !name.is_empty())
                .map(str::to_owned)
        };
        assert_eq!(
            names(&[PUBLIC, SENDER]).as_deref(),
            Some("accounts.example.org")
        );
        let chosen = names(&[PUBLIC, SENDER, ("MAIL_EHLO", "out.bücher.example")]);
        assert_eq!(chosen.as_deref(), Some("out.xn--bcher-kva.example"));
    }
}
