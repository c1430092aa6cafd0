//! Floor 3: the schema. Inputs become commands, outcomes become union members; the rules are a floor below.
//!
//! One file per operation, with its input, its result union and its resolver of a few lines. The doc comments here are
//! the descriptions in the schema.

mod acts;
mod asking;
mod change_password;
mod check_password;
mod cookies;
mod execute;
mod fault;
mod forgot_password;
pub mod guard;
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
mod trusted;
mod types;
mod update_mobile_number;
mod update_profile;
mod verify_email;

use async_graphql::{EmptySubscription, MergedObject, Schema};

pub use acts::{Acts, Told};
pub use asking::Asking;
pub use cookies::{Cookie, Cookies, SameSite};
pub use execute::{ANSWER, Answer, ERRORS, Endpoint, Params, Stage, refused};
pub use fault::Code;
pub use policy::Policy;
pub use trusted::{Trusted, TrustedFault};

use types::{AccountError, Node};

/// Questions: they change nothing.
#[derive(MergedObject, Default)]
pub struct Query(me::MeQuery, policy::PolicyQuery, check_password::CheckPasswordQuery);

/// Acts.
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
