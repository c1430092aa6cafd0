//! The `startPasskeyRegistration` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};
use secrecy::ExposeSecret;

use super::RequestContext;
use super::operation::Operation;
use super::start_totp::factor_setup;
use super::types::{
    ChallengeExpired, Defaulted, NotAvailable, PasskeyDescriptor, PasskeyLimitReached,
    ReauthenticationRequired, passkey_timeout, passkey_user_id,
};
use crate::accounts::{InternalError, StartPasskeyRegistrationOutcome, StartedRegistration};
use crate::webauthn::ALGORITHMS;

/// The sign-in that the passkey is added in.
#[derive(Default, InputObject)]
struct StartPasskeyRegistrationInput {
    /// The challenge of `MfaSetupRequired`, if the user is not signed in yet.
    #[graphql(secret)]
    challenge: Option<String>,
}

/// The options for `PublicKeyCredential.parseCreationOptionsFromJSON`, to be passed on as they are.
#[derive(SimpleObject)]
struct PasskeyCreationOptions {
    /// The server, as authenticators know it.
    rp: PasskeyRp,
    /// The user, as authenticators know them.
    user: PasskeyUser,
    /// The challenge, in base64url.
    challenge: String,
    /// The kinds of keys that the server takes, the preferred first.
    pub_key_cred_params: Vec<PasskeyParam>,
    /// The time for the user to choose an authenticator, in milliseconds.
    timeout: u32,
    /// The passkeys that the user has: their authenticators make no second one.
    exclude_credentials: Vec<PasskeyDescriptor>,
    /// The kind of credential.
    authenticator_selection: PasskeySelection,
    /// Always `none`.
    attestation: &'static str,
    /// Always empty.
    hints: Vec<String>,
    /// The extensions.
    extensions: PasskeyCreationExtensions,
}

/// The extensions of a new passkey.
#[derive(SimpleObject)]
struct PasskeyCreationExtensions {
    /// Always true: the browser says if the authenticator keeps the credential.
    cred_props: bool,
}

/// The server, as authenticators know it.
#[derive(SimpleObject)]
struct PasskeyRp {
    /// The domain that passkeys belong to.
    id: String,
    /// The same as `id`: browsers show no other name.
    name: String,
}

/// The user, as authenticators know them.
#[derive(SimpleObject)]
struct PasskeyUser {
    /// The user's id in base64url, not that of `User`.
    id: String,
    /// The email address.
    name: String,
    /// The user's name, or else the email address.
    display_name: String,
}

/// A kind of key.
#[derive(SimpleObject)]
struct PasskeyParam {
    /// Always `public-key`.
    r#type: &'static str,
    /// The number of the algorithm in COSE.
    alg: i32,
}

/// The kind of credential.
#[derive(SimpleObject)]
struct PasskeySelection {
    /// Always `required`: the authenticator keeps the credential, and signs in without an address.
    resident_key: &'static str,
    /// Always true.
    require_resident_key: bool,
    /// Always `required`: a fingerprint, a face or a PIN.
    user_verification: &'static str,
}

/// The registration of a passkey has begun. It lasts five minutes, and can be finished once.
#[derive(SimpleObject)]
struct PasskeyRegistrationStarted {
    /// Names this registration in `finishPasskeyRegistration`. Keep it in the page.
    handle: String,
    /// The options for the browser.
    options: PasskeyCreationOptions,
}

/// The possible results of `startPasskeyRegistration`.
#[derive(Union)]
enum StartPasskeyRegistrationResult {
    PasskeyRegistrationStarted(Box<PasskeyRegistrationStarted>),
    PasskeyLimitReached(PasskeyLimitReached),
    ReauthenticationRequired(ReauthenticationRequired),
    ChallengeExpired(ChallengeExpired),
    NotAvailable(NotAvailable),
}

impl From<StartedRegistration> for PasskeyRegistrationStarted {
    fn from(started: StartedRegistration) -> Self {
        let param = |alg| PasskeyParam {
            r#type: "public-key",
            alg,
        };
        let display_name = if started.full_name.is_empty() {
            started.email.clone()
        } else {
            started.full_name
        };
        Self {
            handle: started.ceremony.handle.expose_secret().to_owned(),
            options: PasskeyCreationOptions {
                rp: PasskeyRp {
                    id: started.relying_party.clone(),
                    name: started.relying_party,
                },
                user: PasskeyUser {
                    id: passkey_user_id(started.account),
                    display_name,
                    name: started.email,
                },
                challenge: started.ceremony.challenge,
                pub_key_cred_params: ALGORITHMS.map(param).into(),
                timeout: passkey_timeout(),
                exclude_credentials: started.exclude.into_iter().map(Into::into).collect(),
                authenticator_selection: PasskeySelection {
                    resident_key: "required",
                    require_resident_key: true,
                    user_verification: "required",
                },
                attestation: "none",
                hints: Vec::new(),
                extensions: PasskeyCreationExtensions { cred_props: true },
            },
        }
    }
}

/// The resolver of `startPasskeyRegistration`.
#[derive(Default)]
pub(super) struct StartPasskeyRegistrationMutation;

impl Operation for StartPasskeyRegistrationMutation {
    const FIELD: &'static str = "startPasskeyRegistration";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl StartPasskeyRegistrationMutation {
    /// Starts to add a passkey: for the signed-in user, or for the sign-in of `MfaSetupRequired`.
    async fn start_passkey_registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sign-in to add it in.", default)] input: Defaulted<
            StartPasskeyRegistrationInput,
        >,
    ) -> Result<StartPasskeyRegistrationResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let setup = factor_setup(request, input.0.challenge).await?;
        let result = match request.accounts.start_passkey_registration(setup).await? {
            StartPasskeyRegistrationOutcome::Started(started) => {
                Box::new(PasskeyRegistrationStarted::from(*started)).into()
            }
            StartPasskeyRegistrationOutcome::LimitReached => PasskeyLimitReached::default().into(),
            StartPasskeyRegistrationOutcome::ReauthenticationRequired(methods) => {
                ReauthenticationRequired::from(methods).into()
            }
            StartPasskeyRegistrationOutcome::ChallengeExpired => ChallengeExpired::default().into(),
            StartPasskeyRegistrationOutcome::NotAvailable => NotAvailable::default().into(),
        };
        Ok(request.record_outcome(result))
    }
}
