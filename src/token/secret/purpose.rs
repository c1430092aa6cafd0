//! The purposes of the keys that are derived from the secret.

/// The purpose of a derived key: no two purposes share a key, so no digest is valid for another
/// purpose.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// Authenticates refresh tokens.
    RefreshToken,
    /// Authenticates the tokens by which devices are recognised.
    DeviceToken,
    /// Digests codes that reset a password.
    PasswordResetCode,
    /// Digests codes that verify the address of an account.
    VerificationCode,
    /// Digests codes that sign in.
    SignInCode,
    /// Digests codes that prove the mailbox in a session.
    ReauthenticationCode,
    /// Digests codes that complete a sign-up.
    SignUpCode,
    /// Digests codes that prove a new address.
    EmailChangeCode,
    /// Digests tokens that take a change of the address back.
    EmailUndo,
    /// Digests the attempts of refreshes.
    RefreshAttempt,
    /// Digests the attempts of sign-ups.
    SignupAttempt,
    /// Authenticates the challenges of sign-ins that wait for their next proof.
    Challenge,
    /// Authenticates the cookies of browsers that skip the second factor.
    TrustedBrowser,
    /// Digests tickets and challenges.
    Ticket,
    /// Authenticates the handles of passkey ceremonies.
    PasskeyHandle,
    /// Derives the ticket of a sign-up from its attempt.
    TicketOfAttempt,
    /// Digests the keys of counters, so that the store lists no addresses of people without an
    /// account.
    Counter,
    /// Encrypts codes in queued emails.
    EmailCode,
    /// Encrypts the secrets of second factors.
    SecondFactor,
    /// Derives what belongs to one sign-in at a provider: its nonce, its proof key, its codes.
    ProviderFlow,
    /// Encrypts the beginning of a sign-in at a provider, for the address that a browser opens.
    ProviderStart,
    /// Encrypts the state of a sign-in that a browser takes to a provider and back.
    ProviderState,
    /// Encrypts the result of a sign-in at a provider, for the page that finishes it.
    ProviderResult,
    /// Encrypts an account at a provider that waits to be linked.
    ProviderTicket,
}

impl Purpose {
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::RefreshToken => "latchkey/refresh-token/v1",
            Self::DeviceToken => "latchkey/device-token/v1",
            Self::PasswordResetCode => "latchkey/password-reset-code/v1",
            Self::VerificationCode => "latchkey/verification-code/v1",
            Self::SignInCode => "latchkey/sign-in-code/v1",
            Self::ReauthenticationCode => "latchkey/reauthentication-code/v1",
            Self::SignUpCode => "latchkey/sign-up-code/v1",
            Self::EmailChangeCode => "latchkey/email-change-code/v1",
            Self::EmailUndo => "latchkey/email-undo/v1",
            Self::RefreshAttempt => "latchkey/refresh-attempt/v1",
            Self::Challenge => "latchkey/challenge/v1",
            Self::TrustedBrowser => "latchkey/trusted-browser/v1",
            Self::SignupAttempt => "latchkey/signup-attempt/v1",
            Self::Ticket => "latchkey/ticket/v1",
            Self::PasskeyHandle => "latchkey/passkey-handle/v1",
            Self::TicketOfAttempt => "latchkey/ticket-of-attempt/v1",
            Self::Counter => "latchkey/counter/v1",
            Self::EmailCode => "latchkey/email-code/v1",
            Self::SecondFactor => "latchkey/second-factor/v1",
            Self::ProviderFlow => "latchkey/provider-flow/v1",
            Self::ProviderStart => "latchkey/provider-start/v1",
            Self::ProviderState => "latchkey/provider-state/v1",
            Self::ProviderResult => "latchkey/provider-result/v1",
            Self::ProviderTicket => "latchkey/provider-ticket/v1",
        }
    }
}
