//! The texts of the emails. Apart from names they are plain ASCII, so that every reader shows them
//! unchanged, in a file too.

use std::time::Duration;

use crate::model::{EmailKind, Origin, OutboxEmail, Timestamp};

/// Returns the subject and the body of an email. The subject holds no code, because lock screens
/// show it.
pub(super) fn write(
    email: &OutboxEmail,
    code: Option<&str>,
    lifetime: Duration,
    public_url: &str,
) -> (&'static str, String) {
    let code = code.unwrap_or_default();
    let (subject, text) = match &email.kind {
        EmailKind::PasswordResetCode(_) | EmailKind::Invitation(_) => {
            password_reset(code, lifetime)
        }
        EmailKind::VerificationCode(_) | EmailKind::EmailChangeCode(_) => {
            verification(code, lifetime)
        }
        EmailKind::SignUpCode(_) => sign_up(code, lifetime),
        EmailKind::SignInCode(_) | EmailKind::ReauthenticationCode(_) => sign_in(code, lifetime),
        EmailKind::AlreadyRegistered => ALREADY_REGISTERED.to_text(),
        EmailKind::PasswordChanged => PASSWORD_CHANGED.to_text(),
        EmailKind::PasswordReset { name, created_at } => password_was_reset(name, *created_at),
        EmailKind::NewSignIn => new_device(&email.origin),
        EmailKind::RefreshTokenReused => REFRESH_TOKEN_REUSED.to_text(),
        EmailKind::EmailChangeRequested { .. } | EmailKind::EmailChanged { .. } => undo(code),
        EmailKind::EmailChangeUndone => EMAIL_CHANGE_UNDONE.to_text(),
        EmailKind::AddressClaimed => ADDRESS_CLAIMED.to_text(),
        EmailKind::FactorAdded { .. } | EmailKind::FactorRemoved { .. } => FACTOR.to_text(),
        EmailKind::DeletionScheduled { deletes_at }
        | EmailKind::UnverifiedExpiry { deletes_at } => deletion(*deletes_at),
        EmailKind::DeletionCancelled => DELETION_CANCELLED.to_text(),
    };
    (subject, format!("{text}\n\n{public_url}\n"))
}

/// The subject and the body of an email without data.
struct FixedText(&'static str, &'static str);

impl FixedText {
    fn to_text(&self) -> (&'static str, String) {
        (self.0, self.1.to_owned())
    }
}

const ALREADY_REGISTERED: FixedText = FixedText(
    "You have an account already",
    "A sign-up was attempted with this email address, which already has\nan account.\n\n\
     If it was you, log in instead. If you forgot your password, request a\ncode to reset it.\n\n\
     If it was not you, you need not do anything: nothing was changed.",
);

const PASSWORD_CHANGED: FixedText = FixedText(
    "Your password was changed",
    "The password of your account was changed just now.\n\n\
     If it was not you, reset your password at once:\nthat ends every session.",
);

const REFRESH_TOKEN_REUSED: FixedText = FixedText(
    "One of your sessions was ended",
    "A sign-in token of your account that had been replaced was used\nagain. \
     It may have been copied, so the session that it belonged to\nwas ended.\n\n\
     Log in again. If you suspect a stranger, change your password:\nthat ends every other session.",
);

fn password_reset(code: &str, lifetime: Duration) -> (&'static str, String) {
    let text = format!(
        "Enter this code to set a new password:\n\n    {code}\n\n{}\n\n\
         If you did not request it, ignore this email: your password stays\nas it is.",
        validity(lifetime)
    );
    ("Your code to reset your password", text)
}

fn password_was_reset(name: &str, created_at: Timestamp) -> (&'static str, String) {
    let created_at = created_at.to_rfc3339();
    let day = created_at.split('T').next().unwrap_or_default();
    let text = format!(
        "The password of your account was reset just now.\n\n\
         The account was created on {day}, under this name:\n\n    {}\n\n\
         If you did not create it, review its profile: the name and the\n\
         mobile number may be a stranger's. If you did not reset the\n\
         password, reset it at once: that ends every session.",
        without_links(name)
    );
    (PASSWORD_CHANGED.0, text)
}

/// Returns a name of which no mail program makes a link: the account may be a stranger's, and the
/// name an advertisement.
fn without_links(name: &str) -> String {
    let mut plain = String::new();
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let joins = matches!(character, '.' | '/' | ':' | '@')
            && characters.peek().is_some_and(|next| !next.is_whitespace());
        plain.push(if joins { ' ' } else { character });
    }
    plain
}

fn verification(code: &str, lifetime: Duration) -> (&'static str, String) {
    let text = format!(
        "Enter this code to confirm your email address:\n\n    {code}\n\n{}\n\n\
         If you did not request it, ignore this email.",
        validity(lifetime)
    );
    ("Your code to confirm your address", text)
}

fn sign_up(code: &str, lifetime: Duration) -> (&'static str, String) {
    let text = format!(
        "Enter this code on the sign-up page to complete your sign-up:\n\n    {code}\n\n{}\n\n\
         If you did not sign up, ignore this email: without the code, your\naddress cannot be used.",
        validity(lifetime)
    );
    ("Your code to complete your sign-up", text)
}

fn new_device(origin: &Origin) -> (&'static str, String) {
    let address = match origin.ip_address {
        Some(address) => address.to_string(),
        None => "unknown address".to_owned(),
    };
    let device = match (&origin.browser, &origin.system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => "Unknown device".to_owned(),
    };
    let text = format!(
        "Your account was logged in to from a new device:\n\n    {device}\n    {address}\n\n\
         If it was you, you need not do anything. If it was not, reset your\n\
         password at once: that ends every session."
    );
    ("New device on your account", text)
}

fn sign_in(code: &str, lifetime: Duration) -> (&'static str, String) {
    let text = format!(
        "Enter this code to prove that it is you:\n\n    {code}\n\n{}\n\n\
         If you did not request it, ignore this email.",
        validity(lifetime)
    );
    ("Your code to log in", text)
}

fn undo(token: &str) -> (&'static str, String) {
    let text = format!(
        "The email address of your account is being changed.\n\n\
         If it was not you, take the change back with this code:\n\n    {token}"
    );
    ("The address of your account", text)
}

fn deletion(deletes_at: Timestamp) -> (&'static str, String) {
    let text = format!(
        "Your account is to be deleted at this time:\n\n    {}\n\n\
         Log in before to keep it.",
        deletes_at.to_rfc3339()
    );
    ("Your account is to be deleted", text)
}

const EMAIL_CHANGE_UNDONE: FixedText = FixedText(
    "The change of your address was taken back",
    "Your account has this email address again, and every session was\nended. Set a new password to log in.",
);

const ADDRESS_CLAIMED: FixedText = FixedText(
    "Your email address was confirmed",
    "This address was confirmed for the first time. What was set up before,\nsuch as a password, was removed.",
);

const FACTOR: FixedText = FixedText(
    "Your ways to log in were changed",
    "A way to log in was added to your account or removed from it.\n\n\
     If it was not you, reset your password at once:\nthat ends every session.",
);

const DELETION_CANCELLED: FixedText =
    FixedText("Your account is kept", "Your account will not be deleted.");

fn validity(lifetime: Duration) -> String {
    let minutes = match lifetime.as_secs() / 60 {
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    };
    format!("It is valid for {minutes} and can be used once. Do not share it.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EmailId, Rng, Sealed};

    #[test]
    fn code_appears_in_the_body_not_the_subject() {
        let sealed = Sealed::new(String::new());
        for kind in [
            EmailKind::PasswordResetCode(sealed.clone()),
            EmailKind::VerificationCode(sealed.clone()),
            EmailKind::SignUpCode(sealed.clone()),
        ] {
            let now = Timestamp::from_millis(0);
            let id = EmailId::new(now, &Rng::system());
            let email = OutboxEmail::new(id, kind.into(), now, Duration::ZERO);
            let (subject, body) = write(
                &email,
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
