//! The sender of emails: parses a mailbox as an operator writes it into the form that mail servers
//! accept.

use lettre::Address;
use lettre::message::Mailbox;

const FORM: &str = "is not an email address, alone or as `Name <address>`";

/// Parses a sender. A name is quoted where a mail header needs it (RFC 5322, section 3.2.4), and a
/// domain of another script becomes its A-label: neither has to be known to the operator.
pub(super) fn parse(text: &str) -> Result<Mailbox, String> {
    // The name becomes part of a header line.
    if text.contains(char::is_control) {
        return Err(FORM.to_owned());
    }
    let (name, address) = match text
        .strip_suffix('>')
        .and_then(|rest| rest.rsplit_once('<'))
    {
        Some((name, address)) => (unquoted(name.trim())?, address),
        None => (None, text),
    };
    Ok(Mailbox::new(name, ascii_address(address.trim())?))
}

fn ascii_address(text: &str) -> Result<Address, String> {
    let (user, domain) = text.rsplit_once('@').ok_or(FORM)?;
    if !user.is_ascii() {
        return Err(
            "has an address whose part before the @ is not ASCII, which few mail servers take"
                .to_owned(),
        );
    }
    let domain = idna::domain_to_ascii(domain).map_err(|_| FORM)?;
    Address::new(user, domain).map_err(|_| FORM.to_owned())
}

/// Returns a display name without its quotes; `None` for none.
fn unquoted(name: &str) -> Result<Option<String>, String> {
    let Some(rest) = name.strip_prefix('"') else {
        return match name {
            "" => Ok(None),
            name if name.contains(['"', '<', '>']) => {
                Err("has a name with a stray mark in it: put the name in double quotes".to_owned())
            }
            name => Ok(Some(name.to_owned())),
        };
    };
    let inner = rest
        .strip_suffix('"')
        .ok_or("has a name whose double quotes are not closed")?;
    let (mut plain, mut escaped) = (String::new(), false);
    for character in inner.chars() {
        match character {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => {
                return Err("has a double quote inside the name: write \\\" there".to_owned());
            }
            other => {
                plain.push(other);
                escaped = false;
            }
        }
    }
    Ok(Some(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_a_header_needs_it() {
        for (typed, name) in [
            ("Example <no-reply@example.org>", Some("Example")),
            (
                "Example, Inc. <no-reply@example.org>",
                Some("Example, Inc."),
            ),
            (
                "\"Example, Inc.\" <no-reply@example.org>",
                Some("Example, Inc."),
            ),
            (
                "Support (Billing) <no-reply@example.org>",
                Some("Support (Billing)"),
            ),
            (
                "Example: Accounts <no-reply@example.org>",
                Some("Example: Accounts"),
            ),
            (
                "\"The \\\"Best\\\"\" <no-reply@example.org>",
                Some("The \"Best\""),
            ),
            ("<no-reply@example.org>", None),
            ("no-reply@example.org", None),
        ] {
            let mailbox = parse(typed).unwrap();
            assert_eq!(mailbox.name.as_deref(), name, "{typed}");
            assert_eq!(mailbox.email.to_string(), "no-reply@example.org");
        }
    }

    #[test]
    fn domain_of_another_script_becomes_an_a_label() {
        let mailbox = parse("Example <no-reply@bücher.example>").unwrap();
        assert_eq!(mailbox.email.domain(), "xn--bcher-kva.example");
    }

    #[test]
    fn what_is_no_sender_is_refused() {
        for typed in [
            "",
            "a",
            "a@",
            "A <a",
            "a\r\nBcc: b@x.test <a@x.test>",
            "ä@x.test",
            "\"A <a@x.test>",
        ] {
            assert!(parse(typed).is_err(), "{typed}");
        }
    }
}
