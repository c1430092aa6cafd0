//! Warnings about settings that are valid and would still surprise the operator. `check` and the
//! start print them.

use std::net::SocketAddr;

use lettre::message::Mailbox;
use url::{Host, Url};

use super::delivery::is_of_this_machine;
use super::{Mail, PasskeySettings, is_local};
use crate::graphql::SameSite;

/// The settings that are read together.
pub(super) struct Settings<'a> {
    pub(super) listen: SocketAddr,
    pub(super) public_url: &'a Url,
    /// True if the operator has set the public URL.
    pub(super) is_public_url_set: bool,
    pub(super) origins: &'a [String],
    pub(super) same_site: SameSite,
    pub(super) mail: &'a Mail,
    pub(super) mail_from: &'a Mailbox,
    pub(super) passkeys: Option<&'a PasskeySettings>,
}

/// Returns a warning for each combination that works less well than it seems to.
pub(super) fn of(settings: &Settings) -> Vec<String> {
    let mut warnings = Vec::new();
    let url = settings.public_url.as_str().trim_end_matches('/');
    if settings.listen.ip().is_unspecified() && !settings.is_public_url_set {
        warnings.push(format!(
            "LATCHKEY_PUBLIC_URL is not set, and LATCHKEY_LISTEN means all addresses of this machine, which is no URL: clients \
             are expected at {url}. Set LATCHKEY_PUBLIC_URL to where they reach the server"
        ));
    }
    if settings.public_url.scheme() == "http" && !is_local(settings.public_url) {
        warnings.push(
            "LATCHKEY_PUBLIC_URL is plain http:// and not this machine's own: browsers drop the refresh cookie, which is \
             Secure. Put TLS in front, and set the https:// URL"
                .to_owned(),
        );
    }
    if settings.same_site != SameSite::None {
        let is_elsewhere = |origin: &&String| {
            Url::parse(origin).is_ok_and(|it| site(&it) != site(settings.public_url))
        };
        warnings.extend(settings.origins.iter().filter(is_elsewhere).map(|origin| {
            format!(
                "LATCHKEY_ORIGINS has {origin}, which to a browser is another site than LATCHKEY_PUBLIC_URL ({url}): it \
                 does not send the refresh cookie from there. Use one host for both (localhost is not 127.0.0.1), or \
                 LATCHKEY_COOKIE_SAME_SITE=none, or tokens in the body"
            )
        }));
    }
    warnings.extend(emails(settings));
    let passkeys = settings.passkeys.map(|it| it.warnings(settings.public_url));
    warnings.extend(passkeys.into_iter().flatten());
    warnings
}

/// Returns warnings about emails that a mail server of this machine would send out. With another
/// mail server, the same settings are refused.
fn emails(settings: &Settings) -> Vec<String> {
    let mut warnings = Vec::new();
    if !matches!(settings.mail, Mail::Smtp(_)) {
        return warnings;
    }
    let from = &settings.mail_from.email;
    if is_of_this_machine(from.domain()) || !from.domain().contains('.') {
        warnings.push(format!(
            "LATCHKEY_MAIL_FROM is {from}, which other mail servers refuse: set it to an address of your domain"
        ));
    }
    if is_local(settings.public_url) {
        let url = settings.public_url.as_str().trim_end_matches('/');
        warnings.push(format!(
            "LATCHKEY_PUBLIC_URL is {url}, and LATCHKEY_MAIL a mail server: recipients on other machines cannot open what \
             emails link to"
        ));
    }
    warnings
}

/// Returns the site of a URL, as far as it can be known without the list of public suffixes: the
/// scheme, and the host or the last two labels of its name.
fn site(url: &Url) -> (String, String) {
    let host = match url.host() {
        Some(Host::Domain(name)) => {
            let labels: Vec<&str> = name.rsplit('.').take(2).collect();
            labels.join(".")
        }
        Some(host) => host.to_string(),
        None => String::new(),
    };
    (url.scheme().to_owned(), host)
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn warnings(vars: &[(&str, &str)]) -> Vec<String> {
        let vars = vars
            .iter()
            .map(|(name, value)| (format!("LATCHKEY_{name}"), (*value).to_owned()));
        Config::from_vars(vars).unwrap().warnings
    }

    #[test]
    fn settings_that_work_as_they_seem_warn_of_nothing() {
        let https = ("PUBLIC_URL", "https://accounts.example.org");
        assert!(warnings(&[]).is_empty());
        assert!(warnings(&[("LISTEN", "0.0.0.0:4000"), https]).is_empty());
        assert!(warnings(&[("ORIGINS", "https://app.example.org"), https]).is_empty());
        let local = [
            ("PUBLIC_URL", "http://localhost:4000"),
            ("ORIGINS", "http://localhost:5173"),
        ];
        assert!(warnings(&local).is_empty());
    }

    #[test]
    fn public_url_that_browsers_cannot_use_is_warned_of() {
        for listen in ["0.0.0.0:4000", "[::]:4000"] {
            let found = warnings(&[("LISTEN", listen)]);
            assert!(found[0].contains("LATCHKEY_PUBLIC_URL"), "{found:?}");
        }
        for url in ["http://192.0.2.20:4000", "http://accounts.example.org"] {
            assert!(warnings(&[("PUBLIC_URL", url)])[0].contains("cookie"));
        }
    }

    #[test]
    fn origin_of_another_site_is_warned_of() {
        assert!(warnings(&[("ORIGINS", "http://localhost:5173")])[0].contains("cookie"));
        let https = ("PUBLIC_URL", "https://accounts.example.org");
        for origin in [
            "https://example.com",
            "http://app.example.org",
            "http://localhost:5173",
        ] {
            assert_eq!(warnings(&[https, ("ORIGINS", origin)]).len(), 1, "{origin}");
            let none = ("COOKIE_SAME_SITE", "none");
            assert!(warnings(&[https, ("ORIGINS", origin), none]).is_empty());
        }
    }

    #[test]
    fn local_sender_with_local_mail_server_is_warned_of() {
        let mail = ("MAIL", "smtp://localhost:2525");
        let found = warnings(&[mail]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("LATCHKEY_MAIL_FROM"), "{found:?}");
        assert!(found[1].contains("LATCHKEY_PUBLIC_URL"), "{found:?}");
        let sender = ("MAIL_FROM", "no-reply@example.org");
        let https = ("PUBLIC_URL", "https://accounts.example.org");
        assert!(warnings(&[mail, sender, https]).is_empty());
    }
}
