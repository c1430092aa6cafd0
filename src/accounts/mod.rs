//! Layer 2: the operations, one file each, with its command, its outcome and its tests.
//!
//! An operation is a method of [`Accounts`] and a pure decision on one [`Account`]. The
//! collaborators that operations share are the `AccountStore` (load, compare-and-swap), the
//! `RateLimiter`, the `SessionIssuer`, the `OneTimeCodes`, the `EmailDelivery` and the
//! `ResponseTiming`.
//! Outcomes that a user can react to are an enum per operation; an [`InternalError`] is never one
//! of them.

mod account_store;
mod administer;
mod attempt;
mod authenticate;
mod begin_epoch;
mod cancel_account_deletion;
mod change_passkeys;
mod change_password;
mod check_password;
mod claim_address;
mod clear_mobile_number;
mod client;
mod code_recipient;
mod complete_login;
mod confirm_email_change;
mod confirm_totp;
mod create_user;
mod data_export;
mod delete_user;
mod delivery_log;
mod delivery_steps;
mod dependencies;
mod disable_totp;
mod email_delivery;
mod end_sessions;
mod entry;
mod error;
mod every_account;
mod export_my_data;
mod export_users;
mod factor_secrets;
mod finish_passkey_login;
mod finish_passkey_registration;
mod finish_provider_sign_in;
mod forgot_password;
mod gate;
mod identities;
mod import_password;
mod import_user;
mod introspect;
mod link_identity;
mod live_changes;
mod login;
mod login_with_code;
mod logout;
mod mail_queue;
mod mail_quota;
mod one_time_codes;
mod passkey_ceremonies;
mod policy;
mod provider_flows;
mod provider_redirects;
mod rate_limiter;
mod reauthenticate;
mod refresh;
mod request_account_deletion;
mod request_email_change;
mod reset_mfa;
mod reset_password;
mod revoke_session;
mod revoke_trusted_browser;
mod secrets;
mod send_link_code;
mod send_reauthentication_code;
mod send_verification_code;
mod session_issuer;
mod set_role;
mod sign_in_policy;
mod sign_up_by_provider;
mod signup;
mod start_login;
mod start_passkey_login;
mod start_passkey_registration;
mod start_provider_sign_in;
mod start_totp;
mod store_health;
mod suspend;
mod timing;
mod undo_email_change;
mod unlink_identity;
mod update_mobile_number;
mod update_profile;
mod verify_email;

use std::sync::Arc;

use secrecy::SecretString;

use crate::hashing::Hashing;
use crate::model::{Account, Clock, Rng, SignUpPolicy, Timestamp};
use crate::repository::StoreError;

use account_store::{AccountStore, UpdateError};
use factor_secrets::FactorSecrets;
use one_time_codes::OneTimeCodes;
use passkey_ceremonies::PasskeyCeremonies;
use provider_flows::ProviderFlows;
use rate_limiter::RateLimiter;
use refresh::OverloadedRefreshes;
use secrets::StoreSecrets;
use session_issuer::SessionIssuer;
use timing::ResponseTiming;

pub use administer::AdminOutcome;
pub use attempt::{InvalidAttempt, RequestAttempt};
pub use authenticate::{Authentication, Caller};
pub use cancel_account_deletion::{CancelAccountDeletion, CancelAccountDeletionOutcome};
pub use change_passkeys::{RemovePasskeyOutcome, RenamePasskeyOutcome};
pub use change_password::{ChangePassword, ChangePasswordOutcome};
pub use check_password::CheckPassword;
pub use client::Client;
pub use complete_login::{CompleteLogin, CompleteLoginOutcome};
pub use confirm_email_change::{ConfirmEmailChange, ConfirmEmailChangeOutcome};
pub use confirm_totp::{ConfirmTotp, ConfirmTotpOutcome};
pub use create_user::{CreateUser, CreateUserOutcome};
pub use delete_user::{DeleteUserOutcome, DeletionTime};
pub use dependencies::Dependencies;
pub use disable_totp::{DisableTotpOutcome, RegenerateRecoveryCodesOutcome};
pub use email_delivery::{Deliveries, EmailDelivery};
pub use error::{ForbiddenReason, InternalError, SignedOutReason};
pub use export_my_data::ExportMyDataOutcome;
pub use factor_secrets::{NewTotp, SecondFactorProof};
pub use finish_passkey_login::{FinishPasskeyLogin, FinishPasskeyLoginOutcome};
pub use finish_passkey_registration::{
    FinishPasskeyRegistration, FinishPasskeyRegistrationOutcome,
};
pub use finish_provider_sign_in::{FinishProviderSignIn, FinishProviderSignInOutcome};
pub use forgot_password::{ForgotPassword, ForgotPasswordOutcome};
pub use gate::SignIn;
pub use import_user::{ImportOutcome, ImportPassword, ImportTimes, ImportUser, PreparedUser};
pub use introspect::Introspection;
pub use link_identity::{LinkIdentity, LinkIdentityOutcome};
pub use live_changes::{LiveChange, LiveChanges, LiveEnd};
pub use login::{Login, LoginOutcome};
pub use login_with_code::{LoginWithCode, LoginWithCodeOutcome};
pub use logout::Logout;
pub use mail_queue::{MailQueue, QueuedEmail};
pub use passkey_ceremonies::{BegunCeremony, PasskeyDescriptor, PasskeyProof};
pub use policy::Policy;
pub use provider_flows::SignInProviders;
pub use provider_redirects::{ProviderRedirect, ProviderReturn};
pub use reauthenticate::{ReauthenticateOutcome, ReauthenticationProof};
pub use refresh::{Refresh, RefreshOutcome, ResponseDeadline};
pub use request_account_deletion::RequestAccountDeletionOutcome;
pub use request_email_change::{RequestEmailChange, RequestEmailChangeOutcome};
pub use reset_password::{ResetPassword, ResetPasswordOutcome};
pub use revoke_session::RevokeSessionOutcome;
pub use revoke_trusted_browser::RevokeTrustedBrowserOutcome;
pub use secrets::ClaimError;
pub use send_reauthentication_code::SendReauthenticationCodeOutcome;
pub use send_verification_code::{SendVerificationCode, SendVerificationCodeOutcome};
pub use session_issuer::{SignedIn, Tokens};
pub use sign_in_policy::SignInPolicy;
pub use signup::{Signup, SignupOutcome};
pub use start_login::{StartLogin, StartLoginOutcome};
pub use start_passkey_login::{StartPasskeyLoginOutcome, StartedPasskeyLogin};
pub use start_passkey_registration::{StartPasskeyRegistrationOutcome, StartedRegistration};
pub use start_provider_sign_in::{StartProviderSignIn, StartProviderSignInOutcome};
pub use start_totp::{FactorSetup, StartTotpOutcome};
pub use store_health::{StoreHealth, StoreState};
pub use undo_email_change::{UndoEmailChange, UndoEmailChangeOutcome};
pub use unlink_identity::UnlinkIdentityOutcome;
pub use update_mobile_number::{UpdateMobileNumber, UpdateMobileNumberOutcome};
pub use update_profile::{UpdateProfile, UpdateProfileOutcome};
pub use verify_email::{VerifyEmail, VerifyEmailOutcome};

/// The operations on user accounts.
pub struct Accounts {
    store: Arc<AccountStore>,
    limiter: RateLimiter,
    sessions: SessionIssuer,
    codes: Arc<OneTimeCodes>,
    factors: FactorSecrets,
    passkeys: PasskeyCeremonies,
    flows: ProviderFlows,
    email_delivery: Arc<EmailDelivery>,
    timing: ResponseTiming,
    overloaded_refreshes: OverloadedRefreshes,
    secrets: StoreSecrets,
    hashing: Hashing,
    clock: Clock,
    rng: Rng,
    policy: Policy,
    sign_up: SignUpPolicy,
}

impl Accounts {
    /// Returns whether a device token was issued for this account.
    #[must_use]
    pub fn is_device_of(&self, account: &Account, token: &SecretString) -> bool {
        self.sessions.is_device_of(account, token)
    }

    /// Issues a device token for a browser, unless the token that it holds is still good.
    #[must_use]
    pub fn new_device_token(
        &self,
        account: &Account,
        held: Option<&SecretString>,
    ) -> Option<String> {
        self.sessions.new_device_token(account, held)
    }

    /// Returns the time by the service's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns the number of password hashes that wait for a thread.
    #[must_use]
    pub fn waiting_hashes(&self) -> usize {
        self.hashing.waiting()
    }

    /// Returns the state of the store by the last probe.
    #[must_use]
    pub fn store_health(&self) -> &Arc<StoreHealth> {
        self.store.health()
    }

    /// Deletes accounts whose time has come, expired counters and expired sign-ups.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn purge(&self) -> Result<(), InternalError> {
        self.delete_due_accounts().await?;
        Ok(self.store.purge().await?)
    }

    /// Looks for the slowest imported hash in the store, and answers wrong passwords no sooner than
    /// it takes.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn follow_imported_hashes(&self) -> Result<(), StoreError> {
        let slowest = self.store.slowest_imported_hash().await?;
        self.hashing.expect_imported(slowest.unwrap_or_default());
        Ok(())
    }

    /// Returns the delivery of queued emails.
    #[must_use]
    pub const fn email_delivery(&self) -> &Arc<EmailDelivery> {
        &self.email_delivery
    }
}
