//! What letters say. Plain ASCII, so that every reader shows them as they are, in a file too.

use std::time::Duration;

use crate::model::EmailKind;

/// The subject and the body of a letter. No code in a subject: lock screens show those.
pub(super) fn write(
    kind: &EmailKind,
    code: Option<&str>,
    lifetime: Duration,
    public_url: &str,
) -> (&'static str, String) {
    let code = code.unwrap_or_default();
    let minutes = match lifetime.as_secs() / 60 {
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    };
    let (subject, text) = match kind {
        EmailKind::PasswordResetCode(_) => (
            "Your code to reset your password",
            format!(
                "Enter this code to set a new password:\n\n    {code}\n\nIt is good for {minutes}, and once.\n\
                 Give it to nobody else.\n\nIf you did not ask for it, ignore this message:\n\
                 your password stays as it is."
            ),
        ),
        EmailKind::VerificationCode(_) => (
            "Your code to confirm your address",
            format!(
                "Enter this code to confirm your e-mail address:\n\n    {code}\n\nIt is good for {minutes}, and \
                 once.\nGive it to nobody else.\n\nIf you did not ask for it, ignore this message."
            ),
        ),
        EmailKind::SignUpCode(_) => (
            "Your code to complete your sign-up",
            format!(
                "Enter this code where you signed up, to complete your sign-up:\n\n    {code}\n\nIt is good for \
                 {minutes}, and once.\nGive it to nobody else.\n\nIf you did not sign up, ignore this \
                 message:\nwithout the code nobody can use your address."
            ),
        ),
        EmailKind::AlreadyRegistered => (
            "You have an account already",
            "Somebody, probably you, tried to sign up with this address,\nwhich has an account already.\n\n\
             Log in instead. If you forgot your password, ask for a code to\nreset it.\n\n\
             If it was not you, there is nothing to do: nothing was changed."
                .to_owned(),
        ),
        EmailKind::PasswordChanged => (
            "Your password was changed",
            "The password of your account was changed just now.\n\n\
             If it was not you, reset your password at once:\nthat ends every session."
                .to_owned(),
        ),
        EmailKind::PasswordReset { name, created_at } => (
            "Your password was changed",
            format!(
                "The password of your account was reset just now.\n\n\
                 The account was made on {}, under this name:\n\n    {}\n\n\
                 If you did not make it, look through its profile: the name and the\nmobile number may be a stranger's. \
                 If you did not reset the password,\nreset it at once: that ends every session.",
                created_at.to_rfc3339().split('T').next().unwrap_or_default(),
                harmless(name),
            ),
        ),
        EmailKind::NewDevice { device, address } => (
            "New device on your account",
            format!(
                "Somebody logged in to your account on a device that was not seen\nbefore:\n\n    {}\n    {}\n\n\
                 If it was you, there is nothing to do. If it was not, reset your\npassword at once: that ends every \
                 session.",
                device.as_deref().unwrap_or("Unknown device"),
                address.map_or_else(|| "unknown address".to_owned(), |address| address.to_string()),
            ),
        ),
        EmailKind::RefreshTokenReused => (
            "One of your sessions was ended",
            "A sign-in token of your account that had been replaced was used\nagain. That can mean that somebody copied \
             it, so the session it\nbelonged to was ended.\n\n\
             Log in again. If you suspect a stranger, change your password:\nthat ends every other session."
                .to_owned(),
        ),
    };
    (subject, format!("{text}\n\n{public_url}\n"))
}

/// Returns a name that no mail program makes a link of: the account may be a stranger's, and the name an advertisement.
fn harmless(name: &str) -> String {
    let mut harmless = String::new();
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let joins = matches!(character, '.' | '/' | ':' | '@')
            && characters.peek().is_some_and(|next| !next.is_whitespace());
        harmless.push(if joins { ' ' } else { character });
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sealed;

    #[test]
    fn a_code_is_in_the_body_and_not_in_the_subject() {
        let sealed = Sealed::new(String::new());
        for kind in [
            EmailKind::PasswordResetCode(sealed.clone()),
            EmailKind::VerificationCode(sealed.clone()),
            EmailKind::SignUpCode(sealed.clone()),
        ] {
            let (subject, body) = write(
                &kind,
                Some("123456"),
                Duration::from_mins(10),
                "https://id.example.org",
            );
            assert!(!subject.contains("123456"));
            assert!(
                body.contains("    123456\n") && body.contains("10 minutes"),
                "{body}"
            );
            assert!(
                body.is_ascii() && body.lines().all(|line| line.len() <= 72),
                "{body}"
            );
        }
    }
}
