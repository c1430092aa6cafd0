//! Email addresses and their one canonical form.

use std::fmt;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};
use unicode_security::{MixedScript, RestrictionLevel, RestrictionLevelDetection};

use super::{FieldCode, FieldError, text};

/// An email address in its canonical form: trimmed, local part in lower-case ASCII, domain in
/// lower-case A-labels.
///
/// Plus signs and dots are significant. Texts that only look alike (another script, full-width
/// characters, invisible ones) are refused rather than folded, so that no two people can own what
/// reads as one address.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// The maximum number of bytes on the wire (RFC 5321, section 4.5.3.1.3).
    pub const MAX: usize = 254;

    /// Parses an address as typed.
    ///
    /// # Errors
    /// Returns an error if the text is empty, too long, or not a plain `local@domain` (quotes,
    /// comments, lists and address literals are refused).
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = text::trim(text);
        if text.is_empty() {
            return Err(FieldError::new(
                FieldCode::Required,
                "An email address is required.",
            ));
        }
        if text.len() > Self::MAX {
            return Err(FieldError::new(
                FieldCode::TooLong,
                format!("An address has {} bytes at most.", Self::MAX),
            ));
        }
        canonical(text).map(Self).ok_or_else(|| {
            FieldError::new(
                FieldCode::Malformed,
                "This is not an email address of the form name@example.org.",
            )
        })
    }

    /// Returns the canonical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the domain, in lower-case A-labels.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Addresses are personal data: a stray `{:?}` in a log must not print one.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

fn canonical(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let local_is_plain = local
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte))
        && !local.starts_with('-');
    if !local_is_plain {
        return None;
    }
    let canonical = format!(
        "{}@{}",
        local.to_ascii_lowercase(),
        canonical_domain(domain)?
    );
    let options = Options::default()
        .without_display_text()
        .without_domain_literal()
        .with_required_tld();
    (canonical.len() <= Email::MAX && EmailAddress::parse_with_options(&canonical, options).is_ok())
        .then_some(canonical)
}

pub(super) fn canonical_domain(domain: &str) -> Option<String> {
    let domain: String = domain
        .split('.')
        .map(canonical_label)
        .collect::<Option<Vec<_>>>()?
        .join(".");
    // By now every label is an A-label or plain ASCII. This checks lengths and hyphens, and decodes
    // each A-label.
    let ascii = idna::domain_to_ascii_strict(&domain).ok()?;
    // A last label of digits ends an IP address, not a name.
    let named = domain
        .rsplit('.')
        .next()
        .is_some_and(|last| !last.bytes().all(|byte| byte.is_ascii_digit()));
    (ascii == domain && named).then_some(domain)
}

/// Returns the A-label, or the plain ASCII label, of a label as typed. An A-label is taken only if
/// its U-label is, so that a look-alike cannot come in by its other form.
fn canonical_label(label: &str) -> Option<String> {
    if !label.is_ascii() {
        return a_label(label);
    }
    let lower = label.to_ascii_lowercase();
    if lower.starts_with("xn--") {
        let (unicode, valid) = idna::domain_to_unicode(&lower);
        valid.ok()?;
        return a_label(&unicode).filter(|canonical| *canonical == lower);
    }
    Some(lower)
}

fn a_label(label: &str) -> Option<String> {
    let composed: String = label.nfc().collect();
    if !composed.chars().all(is_undisguised) {
        return None;
    }
    let ascii = idna::domain_to_ascii_strict(&composed).ok()?;
    let (unicode, valid) = idna::domain_to_unicode(&ascii);
    valid.ok()?;
    // Han with kana, Hangul or Bopomofo, and Latin beside them, is ordinary in names (UTS #39,
    // "highly restrictive").
    let readable = unicode.is_single_script()
        || unicode
            .as_str()
            .check_restriction_level(RestrictionLevel::HighlyRestrictive);
    // A label that maps to plain ASCII was that label in disguise; one that maps to several hid a
    // dot.
    (readable && ascii.starts_with("xn--") && !ascii.contains('.')).then_some(ascii)
}

/// Returns whether a character is what it seems: invisible in no place, and, where UTS #46 maps it,
/// to characters of its own script. Some scripts can be typed only so: Thai and Lao with their sara
/// am, Armenian with its ligature.
fn is_undisguised(character: char) -> bool {
    // Joiners belong to some scripts; IDNA2008 says where they may stand.
    let visible = !text::is_ignorable(character) || matches!(character, '\u{200c}' | '\u{200d}');
    let script = character.script();
    let mut mapped = std::iter::once(character).nfkc();
    visible
        && (std::iter::once(character).nfkc().eq([character])
            || mapped.all(|it| {
                !it.is_ascii() && (it.script() == script || it.script() == Script::Inherited)
            }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Option<String> {
        Email::parse(text)
            .ok()
            .map(|email| email.as_str().to_owned())
    }

    #[test]
    fn case_and_composition_fold_to_one_address() {
        for text in ["ada@x.test", " Ada@X.TEST ", "ADA@x.Test\n"] {
            assert_eq!(canonical(text).as_deref(), Some("ada@x.test"), "{text:?}");
        }
        let composed = canonical("ada@ex\u{e4}mple.test");
        assert_eq!(composed, canonical("ada@exa\u{308}mple.test"));
        assert_eq!(composed, canonical("ada@EX\u{c4}MPLE.test"));
        assert_eq!(composed.as_deref(), Some("ada@xn--exmple-cua.test"));
    }

    #[test]
    fn plus_sign_and_dots_stay_significant() {
        let three = [
            canonical("ab@x.test"),
            canonical("ab+1@x.test"),
            canonical("a.b@x.test"),
        ];
        assert!(three.iter().all(Option::is_some));
        assert!(three[0] != three[1] && three[0] != three[2]);
    }

    #[test]
    fn look_alike_addresses_are_refused_and_not_folded() {
        for text in [
            "\u{430}dmin@x.test",               // Cyrillic a
            "\u{ff41}@x.test",                  // full-width a
            "\u{131}@x.test",                   // dotless i
            "\u{17f}@x.test",                   // long s
            "ada@exampl\u{217c}e.test",         // Roman numeral fifty
            "ada@\u{212a}.test",                // Kelvin sign
            "ada@exam\u{ad}ple.test",           // soft hyphen
            "ada@example\u{3002}test.test",     // ideographic full stop
            "ada@ex\u{430}mple.test",           // Cyrillic a amid Latin
            "ada@xn--exmple-4nf.test",          // the same, as an A-label
            "ada@ex\u{e4}m\u{200b}ple.test",    // zero-width space
            "ada@\u{3c0}abc.test",              // Greek pi before Latin
            "ada@\u{65e5}\u{672c}\u{430}.test", // Cyrillic a after Han
            "ada@\u{ff41}\u{e4}.test",          // full-width a
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    #[test]
    fn address_other_than_plain_local_at_domain_is_refused() {
        for text in [
            "a",
            "a@b",
            "@x.test",
            "a@",
            "\"a b\"@x.test",
            "\"a@evil.com\"@victim.com",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "-oQ/tmp@x.y",
            "a(comment)@x.test",
            "a@x.test, b@x.test",
            "Ada <a@x.test>",
            "a\0@x.test",
            "a\r\nBcc: b@x.test",
            "ä@exämple.com",
            "a..b@x.test",
            "a@x..test",
            "a@-x.test",
        ] {
            assert_eq!(
                Email::parse(text).map_err(|refusal| refusal.code),
                Err(FieldCode::Malformed),
                "{text:?}"
            );
        }
    }

    #[test]
    fn overlong_address_has_an_error_of_its_own() {
        assert_eq!(Email::parse(" ").unwrap_err().code, FieldCode::Required);
        assert_eq!(
            Email::parse(&format!("{}@x.test", "a".repeat(250)))
                .unwrap_err()
                .code,
            FieldCode::TooLong
        );
    }
}
