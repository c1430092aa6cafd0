//! Layer 3: the GraphQL schema. Turns inputs into commands and outcomes into union members; the
//! rules are one layer below.
//!
//! Each operation has a file with its input, its result union and a resolver of a few lines. The
//! doc comments on these types are the descriptions in the schema, written for front-end
//! developers.

mod account_changed;
mod audit;
mod cancel_account_deletion;
mod change_password;
mod check_password;
mod complete_login;
mod confirm_email_change;
mod confirm_totp;
mod context;
mod cookies;
mod disable_totp;
pub mod document_limits;
mod error;
mod execute;
mod export_my_data;
mod finish_passkey_login;
mod finish_passkey_registration;
mod finish_provider_sign_in;
mod forgot_password;
mod introspection;
mod known_documents;
mod link_identity;
mod login;
mod login_with_code;
mod logout;
mod masking;
mod me;
mod node;
mod operation;
mod policy;
mod reauthenticate;
mod refresh;
mod regenerate_recovery_codes;
mod remove_passkey;
mod rename_passkey;
mod request_account_deletion;
mod request_email_change;
mod request_error;
mod reset_password;
mod response;
mod response_body;
mod revoke_other_sessions;
mod revoke_session;
mod revoke_trusted_browser;
mod root_fields;
mod send_reauthentication_code;
mod send_verification_code;
mod signup;
mod start_login;
mod start_passkey_login;
mod start_passkey_registration;
mod start_provider_sign_in;
mod start_totp;
mod subscribe;
pub mod syntax;
mod trusted_documents;
mod types;
mod undo_email_change;
mod unlink_identity;
mod update_mobile_number;
mod update_profile;
pub mod validation;
pub mod variables;
mod verify_email;
mod viewer;

use std::sync::LazyLock;

use async_graphql::{SDLExportOptions, Schema, ValidationMode};

pub use account_changed::Subscription;
pub use audit::{AuditFields, AuditTrail};
pub use context::{FoundCaller, RequestContext};
pub use cookies::{Cookies, RefreshCookie, SameSite};
pub use error::Code;
pub(crate) use error::{RETRY_AFTER, UNKNOWN};
pub use execute::{Executor, GraphqlRequest, MAX_ERRORS};
pub(crate) use introspection::{Introspection, introspect};
pub use known_documents::KnownDocuments;
pub use policy::Policy;
pub use response::{ExecutionStatus, GraphqlResponse, MAX_RESPONSE_BYTES};
pub use subscribe::Streamed;
pub use trusted_documents::{TrustedDocuments, TrustedDocumentsError};

use operation::root_type;
use types::{AccountError, Node};
use validation::TypeSystem;

root_type! {
    /// The queries: they change nothing.
    Query:
    me::MeQuery,
    viewer::ViewerQuery,
    node::NodeQuery,
    policy::PolicyQuery,
}

root_type! {
    /// The mutations: they change an account.
    Mutation:
    signup::SignupMutation,
    login::LoginMutation,
    refresh::RefreshMutation,
    logout::LogoutMutation,
    forgot_password::ForgotPasswordMutation,
    reset_password::ResetPasswordMutation,
    change_password::ChangePasswordMutation,
    update_profile::UpdateProfileMutation,
    update_mobile_number::UpdateMobileNumberMutation,
    request_email_change::RequestEmailChangeMutation,
    confirm_email_change::ConfirmEmailChangeMutation,
    undo_email_change::UndoEmailChangeMutation,
    revoke_session::RevokeSessionMutation,
    revoke_other_sessions::RevokeOtherSessionsMutation,
    send_verification_code::SendVerificationCodeMutation,
    verify_email::VerifyEmailMutation,
    check_password::CheckPasswordMutation,
    complete_login::CompleteLoginMutation,
    reauthenticate::ReauthenticateMutation,
    send_reauthentication_code::SendReauthenticationCodeMutation,
    start_login::StartLoginMutation,
    login_with_code::LoginWithCodeMutation,
    start_totp::StartTotpMutation,
    confirm_totp::ConfirmTotpMutation,
    disable_totp::DisableTotpMutation,
    regenerate_recovery_codes::RegenerateRecoveryCodesMutation,
    revoke_trusted_browser::RevokeTrustedBrowserMutation,
    start_passkey_registration::StartPasskeyRegistrationMutation,
    finish_passkey_registration::FinishPasskeyRegistrationMutation,
    start_passkey_login::StartPasskeyLoginMutation,
    finish_passkey_login::FinishPasskeyLoginMutation,
    rename_passkey::RenamePasskeyMutation,
    remove_passkey::RemovePasskeyMutation,
    request_account_deletion::RequestAccountDeletionMutation,
    cancel_account_deletion::CancelAccountDeletionMutation,
    export_my_data::ExportMyDataMutation,
    start_provider_sign_in::StartProviderSignInMutation,
    finish_provider_sign_in::FinishProviderSignInMutation,
    link_identity::LinkIdentityMutation,
    unlink_identity::UnlinkIdentityMutation,
}

/// The type of the service's schema.
pub type Latchkey = Schema<Query, Mutation, Subscription>;

/// Builds the schema. It holds no state: each request brings its own [`RequestContext`].
#[must_use]
pub fn schema() -> Latchkey {
    Schema::build(Query::default(), Mutation::default(), Subscription)
        .register_output_type::<Node>()
        .register_output_type::<AccountError>()
        .disable_suggestions()
        // Documents are validated before the library has them: see `validation`.
        .validation_mode(ValidationMode::Fast)
        .finish()
}

/// The description of the schema itself, for readers of `schema.graphql`.
const DESCRIPTION: &str = include_str!("schema_description.md");

/// Returns the schema in the schema definition language, as `schema.graphql` holds it.
///
/// The library prints the definitions of directives that every server has, and no description of
/// the schema itself: the first are left out and the second is added.
#[must_use]
pub fn sdl() -> String {
    let printed = schema().sdl_with_options(SDLExportOptions::new().include_specified_by());
    let (types, schema) = printed.rsplit_once("schema {").unwrap_or((&printed, "}"));
    let directives = types.find("\"\"\"\nDirects the executor to include");
    let types = types[..directives.unwrap_or(types.len())].trim_end();
    format!("{types}\n\n\"\"\"\n{DESCRIPTION}\"\"\"\nschema {{{schema}")
}

/// Returns the schema as the rules of validation need it.
#[must_use]
pub fn type_system() -> &'static TypeSystem {
    static TYPE_SYSTEM: LazyLock<TypeSystem> =
        LazyLock::new(|| TypeSystem::parse(&schema().sdl()).expect("the library prints an SDL"));
    &TYPE_SYSTEM
}
