//! Samples of every kind of email, for previews and to check templates.

use std::time::Duration;

use crate::model::{
    Email, EmailId, EmailKind, Factor, Origin, OutboxEmail, Rng, Sealed, Timestamp,
};

/// The address to which samples go.
const RECIPIENT: &str = "ada@example.org";

/// Returns every kind of email.
pub(super) fn kinds(now: Timestamp) -> Vec<EmailKind> {
    let sealed = || Sealed::new(String::new());
    let day = 24 * 60 * 60;
    let in_days = |days: u64| now.plus(Duration::from_secs(days * day));
    let (undo_token, undo_until) = (sealed(), in_days(7));
    vec![
        EmailKind::VerificationCode(sealed()),
        EmailKind::SignUpCode(sealed()),
        EmailKind::SignInCode(sealed()),
        EmailKind::ReauthenticationCode(sealed()),
        EmailKind::PasswordResetCode(sealed()),
        EmailKind::EmailChangeCode(sealed()),
        EmailKind::Invitation(sealed()),
        EmailKind::AlreadyRegistered,
        EmailKind::PasswordChanged,
        EmailKind::PasswordReset {
            name: "Ada Lovelace".to_owned(),
            created_at: now,
        },
        EmailKind::NewSignIn,
        EmailKind::RefreshTokenReused,
        EmailKind::EmailChangeRequested {
            undo_token: undo_token.clone(),
            undo_until,
        },
        EmailKind::EmailChanged {
            undo_token,
            undo_until,
        },
        EmailKind::EmailChangeUndone,
        EmailKind::AddressClaimed,
        EmailKind::FactorAdded {
            factor: Factor::Totp,
        },
        EmailKind::FactorRemoved {
            factor: Factor::Passkey,
        },
        EmailKind::DeletionScheduled {
            deletes_at: in_days(30),
        },
        EmailKind::DeletionCancelled,
        EmailKind::UnverifiedExpiry {
            deletes_at: in_days(7),
        },
    ]
}

/// Returns the code or the token of a sample.
pub(super) fn code(kind: &EmailKind) -> Option<&'static str> {
    match (kind.code(), kind.secret()) {
        (Some(_), _) => Some("123456"),
        (None, Some(_)) => Some("Vx7Yq2mKc4RtB9nLw3ZsHg"),
        (None, None) => None,
    }
}

/// Returns the recipient of samples.
pub(super) fn recipient() -> Email {
    Email::parse(RECIPIENT).expect("a valid address")
}

/// Returns a sample that was caused just now.
pub(super) fn email(kind: EmailKind, now: Timestamp) -> OutboxEmail {
    let origin = Origin {
        browser: Some("Firefox".to_owned()),
        system: Some("Linux".to_owned()),
        ip_address: Some([192, 0, 2, 7].into()),
    };
    let id = EmailId::new(now, &Rng::system());
    let email = crate::model::NewEmail::new(kind).caused_by(origin);
    OutboxEmail::new(id, email, now, Duration::from_mins(10))
}
