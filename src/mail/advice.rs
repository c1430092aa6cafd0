//! The links of an email, and the advice for a recipient who did not cause it: steps that work
//! without the password, which may be a stranger's.

use serde::Serialize;

use super::brand::{with_code, without_code};
use super::content::Parts;
use crate::model::EmailKind;

/// A sentence, and the link that belongs to it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Line {
    text: String,
    url: Option<String>,
}

/// The advice for a recipient who did not cause an email.
enum Advice {
    /// Nothing: without the code, nothing changes.
    Ignore,
    /// Nothing: nothing was changed.
    Nothing,
    /// Sets a new password.
    Reset,
    /// Takes the change of the address back.
    Undo,
    /// Logs in before the account is deleted.
    Login,
}

const fn advice(kind: &EmailKind) -> Option<Advice> {
    match kind {
        EmailKind::VerificationCode(_)
        | EmailKind::SignUpCode(_)
        | EmailKind::SignInCode(_)
        | EmailKind::PasswordResetCode(_)
        | EmailKind::EmailChangeCode(_)
        | EmailKind::Invitation(_) => Some(Advice::Ignore),
        EmailKind::AlreadyRegistered => Some(Advice::Nothing),
        EmailKind::ReauthenticationCode(_)
        | EmailKind::PasswordChanged
        | EmailKind::PasswordReset { .. }
        | EmailKind::NewSignIn
        | EmailKind::RefreshTokenReused
        | EmailKind::EmailChangeUndone
        | EmailKind::AddressClaimed
        | EmailKind::FactorAdded { .. }
        | EmailKind::FactorRemoved { .. }
        | EmailKind::DeletionCancelled => Some(Advice::Reset),
        EmailKind::EmailChangeRequested { .. } | EmailKind::EmailChanged { .. } => {
            Some(Advice::Undo)
        }
        EmailKind::DeletionScheduled { .. } => Some(Advice::Login),
        EmailKind::UnverifiedExpiry { .. } => None,
    }
}

/// Returns the link to the page that takes the code, or to the application.
pub(super) fn link(parts: &Parts) -> Option<Line> {
    let pages = &parts.brand.pages;
    let home = pages.home.as_deref()?;
    let (key, page) = match &parts.email.kind {
        EmailKind::PasswordResetCode(_) | EmailKind::Invitation(_) => {
            ("open.reset", pages.reset.as_deref())
        }
        EmailKind::VerificationCode(_)
        | EmailKind::SignUpCode(_)
        | EmailKind::EmailChangeCode(_) => ("open.verify", pages.verify.as_deref()),
        _ => ("open.app", None),
    };
    let (key, url) = match (page, parts.code) {
        (Some(page), Some(code)) => (key, with_code(page, code)),
        _ => ("open.app", home.to_owned()),
    };
    Some(Line {
        text: parts.text(key, &[]),
        url: Some(url),
    })
}

/// Returns the heading of the steps, if there are some.
pub(super) fn title(parts: &Parts) -> Option<String> {
    advice(&parts.email.kind).map(|_| parts.text("advice", &[]))
}

/// Returns the steps of a recipient who did not cause the email.
pub(super) fn steps(parts: &Parts) -> Vec<Line> {
    let line = |key: &str| Line {
        text: parts.text(key, &[]),
        url: None,
    };
    match advice(&parts.email.kind) {
        None => Vec::new(),
        Some(Advice::Ignore) => vec![line("advice.ignore")],
        Some(Advice::Nothing) => vec![line("advice.nothing")],
        Some(Advice::Undo) => vec![line("advice.undo")],
        Some(Advice::Login) => vec![line("advice.login")],
        Some(Advice::Reset) => {
            let pages = &parts.brand.pages;
            let linked = |page: &Option<String>, with: &str, without: &str| match page {
                Some(page) => Line {
                    text: parts.text(with, &[]),
                    url: Some(without_code(page).to_owned()),
                },
                None => line(without),
            };
            vec![
                linked(&pages.reset, "advice.resetLink", "advice.reset"),
                linked(&pages.sessions, "advice.sessionsLink", "advice.review"),
            ]
        }
    }
}
