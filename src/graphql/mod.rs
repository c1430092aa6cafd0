//! Floor 3: the schema. Inputs become commands, outcomes become union members; the rules are a floor below.
//!
//! One file per operation, with its input, its result union and its resolver of a few lines. The doc comments here are
//! the descriptions in the schema.

mod audit;
mod change_password;
mod check_password;
mod context;
mod cookies;
pub mod document_limits;
mod error;
mod execute;
mod forgot_password;
mod login;
mod logout;
mod masking;
mod me;
mod policy;
mod refresh;
mod reset_password;
mod revoke_other_sessions;
mod revoke_session;
mod send_verification_code;
mod signup;
mod trusted_documents;
mod types;
mod update_mobile_number;
mod update_profile;
mod verify_email;

use async_graphql::{EmptySubscription, MergedObject, Schema};

pub use audit::{AuditFields, AuditTrail};
pub use context::RequestContext;
pub use cookies::{Cookie, Cookies, SameSite};
pub use error::Code;
pub(crate) use error::RETRY_AFTER;
pub use execute::{
    ExecutionStatus, Executor, GraphqlRequest, GraphqlResponse, MAX_ERRORS, MAX_RESPONSE_BYTES,
    refused,
};
pub use policy::Policy;
pub use trusted_documents::{TrustedDocuments, TrustedDocumentsError};

use types::{AccountError, Node};

/// Questions: they change nothing.
#[derive(MergedObject, Default)]
pub struct Query(
    me::MeQuery,
    policy::PolicyQuery,
    check_password::CheckPasswordQuery,
);

/// Operations that change an account.
#[derive(MergedObject, Default)]
pub struct Mutation(
    signup::SignupMutation,
    login::LoginMutation,
    refresh::RefreshMutation,
    logout::LogoutMutation,
    forgot_password::ForgotPasswordMutation,
    reset_password::ResetPasswordMutation,
    change_password::ChangePasswordMutation,
    update_profile::UpdateProfileMutation,
    update_mobile_number::UpdateMobileNumberMutation,
    revoke_session::RevokeSessionMutation,
    revoke_other_sessions::RevokeOtherSessionsMutation,
    send_verification_code::SendVerificationCodeMutation,
    verify_email::VerifyEmailMutation,
);

/// The schema that the service answers by.
pub type Latchkey = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema. What a request is about (who asks, through which accounts) comes with each request.
#[must_use]
pub fn schema() -> Latchkey {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<Node>()
        .register_output_type::<AccountError>()
        .disable_suggestions()
        .finish()
}

/// The schema as text: what `schema.graphql` holds.
#[must_use]
pub fn sdl() -> String {
    schema().sdl()
}
