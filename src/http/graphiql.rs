//! The `GraphiQL` page: a console for developers, at the URL of the API.
//!
//! `build.rs` bundles it from `web/graphiql` into the program. Built without npm, the page loads
//! the same versions from a CDN, pinned and checked by their hashes, and says so. In both builds
//! its Content-Security-Policy allows no inline script and no `eval`, and no connections except to
//! latchkey (and the CDN).

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
            REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};

include!(concat!(env!("OUT_DIR"), "/graphiql.rs"));

const BUNDLED: bool = IMPORT_MAP.is_none();

/// The source of the files that are not bundled: `web/graphiql/pin-cdn.js` writes it into each URL.
const CDN: &str = "https://cdn.jsdelivr.net/npm/";

/// The element of the page that names the place where emails arrive.
const EMAILS: &str = r#"name="latchkey-emails" content=""#;

/// Answers with the page, which says where emails arrive.
pub(crate) fn page(emails: &str) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (
        headers,
        [(CONTENT_SECURITY_POLICY, policy(IMPORT_MAP))],
        PAGE.replacen(EMAILS, &format!("{EMAILS}{}", attribute(emails)), 1),
    )
        .into_response()
}

/// Escapes a text for an attribute's value.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

/// Answers with one of the page's files, or with 404 if the page has no file with this name.
///
/// A bundled file has its hash in its name, so a browser may cache it without end. It is stored and
/// sent compressed.
pub(crate) fn asset(name: &str) -> Response {
    let Some((_, kind, bytes)) = ASSETS.iter().find(|(known, ..)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let cache = if BUNDLED {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = [
        (CONTENT_TYPE, *kind),
        (CACHE_CONTROL, cache),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    // A worker follows the policy of its own script's response, not the page's.
    let mut response = (
        headers,
        [(CONTENT_SECURITY_POLICY, policy(IMPORT_MAP))],
        *bytes,
    )
        .into_response();
    if BUNDLED {
        response
            .headers_mut()
            .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Returns the page's Content-Security-Policy: for the bundled page, or for the page that loads
/// from the CDN by an import map with this hash.
///
/// Monaco writes its colours into style elements at run time, hence `'unsafe-inline'` for styles.
/// An import map can only be inline, so the policy allows it by its hash.
#[must_use]
pub fn policy(import_map: Option<&str>) -> String {
    let (cdn, import_map) = import_map
        .map(|hash| (format!(" {CDN}"), format!(" '{hash}'")))
        .unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'{cdn}{import_map}; style-src 'self' 'unsafe-inline'{cdn}; worker-src 'self'; \
         connect-src 'self'; img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_the_page_names_is_served() {
        let names: Vec<&str> = PAGE
            .split("\"./graphiql/assets/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(names.len() > 1);
        for name in names {
            assert_eq!(asset(name).status(), StatusCode::OK, "{name}");
        }
    }

    #[test]
    fn page_names_the_place_of_emails_once_and_escaped() {
        assert_eq!(PAGE.matches(EMAILS).count(), 1);
        assert_eq!(
            attribute(r#"a "b" <c> & d"#),
            "a &quot;b&quot; &lt;c> &amp; d"
        );
    }

    #[test]
    fn unknown_file_of_the_page_is_not_found() {
        for name in ["", "index.html", "../index.html", "main.rs"] {
            assert_eq!(asset(name).status(), StatusCode::NOT_FOUND, "{name}");
        }
    }

    #[test]
    fn no_policy_runs_inline_scripts_or_eval() {
        for policy in [policy(None), policy(Some("sha256-x"))] {
            let scripts = policy
                .split("; ")
                .find(|part| part.starts_with("script-src"))
                .expect("scripts have a rule");
            assert!(!scripts.contains("unsafe"));
        }
    }

    #[test]
    fn page_may_load_from_another_host_only_with_notice() {
        assert_eq!(
            policy(IMPORT_MAP).contains("https:"),
            PAGE.contains("class=\"notice\"")
        );
        assert_eq!(BUNDLED, !policy(IMPORT_MAP).contains("https:"));
    }
}
