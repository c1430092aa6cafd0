//! The `signup` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};
use secrecy::ExposeSecret;

use super::RequestContext;
use super::operation::Operation;
use super::types::{
    Authenticated, Defaulted, EmailTaken, Gender, InvalidInput, MfaSetupRequired,
    MobileNumberTaken, NotAvailable, SignInMember, TokenDelivery, TooManyAttempts,
};
use crate::accounts::{
    InternalError, RequestAttempt, SignIn, SignedOutReason, Signup, SignupOutcome,
};

/// The new user's credentials and profile.
#[derive(InputObject)]
struct SignupInput {
    /// The user's email address. Case and surrounding spaces are ignored.
    email: String,
    /// The user's password. `policy` has the allowed lengths; case and spaces count.
    #[graphql(secret)]
    password: String,
    /// The user's first name: 1 to 100 characters.
    first_name: String,
    /// The user's last name: up to 100 characters, or "" for people with one name.
    last_name: String,
    /// The user's gender.
    #[graphql(default)]
    gender: Defaulted<Gender>,
    /// The user's mobile number with its country code, such as +49 151 12345678.
    mobile_number: Option<String>,
    /// The language of messages to the user: a BCP 47 tag, such as `de` or `pt-BR`. Send the one
    /// that your app is shown in; without it, messages follow `Accept-Language`.
    locale: Option<String>,
    /// The version of the terms that the user has accepted, where `policy.terms` is not null.
    accepted_terms_version: Option<String>,
    /// A random value that the client draws once for one sign-up and keeps until it has the response:
    /// 22 to 128 characters of base64url. If the response is lost, send the same input again within
    /// ten minutes: the retry signs in to the account that the first request created, or returns the
    /// same ticket, and no second email is sent. Without it, the retry is answered with `EmailTaken`.
    #[graphql(secret)]
    attempt: Option<String>,
    /// The way to deliver the refresh token.
    #[graphql(default)]
    delivery: Defaulted<TokenDelivery>,
}

/// The sign-up waits for proof of the email address, under the verify-first policy. The response is
/// the same whether or not the address had an account. `verifyEmail` completes the sign-up with the
/// emailed code and this ticket: a code alone cannot activate a password that another person chose.
#[derive(SimpleObject)]
struct SignupAccepted {
    /// The email address, in canonical form.
    email: String,
    /// The ticket for `verifyEmail`: keep it until the user enters the code. It completes this
    /// sign-up only.
    ticket: String,
}

/// The possible results of `signup`.
#[derive(Union)]
enum SignupResult {
    Authenticated(Box<Authenticated>),
    SignupAccepted(SignupAccepted),
    InvalidInput(InvalidInput),
    EmailTaken(EmailTaken),
    MobileNumberTaken(MobileNumberTaken),
    TooManyAttempts(TooManyAttempts),
    NotAvailable(NotAvailable),
    MfaSetupRequired(MfaSetupRequired),
}

/// The resolver of `signup`.
#[derive(Default)]
pub(super) struct SignupMutation;

impl Operation for SignupMutation {
    const FIELD: &'static str = "signup";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl SignupMutation {
    /// Creates an account. The user is signed in at once, unless `policy.verifyEmailFirst` is true.
    async fn signup(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new user's credentials and profile.")] input: SignupInput,
    ) -> Result<SignupResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        request.check_delivery(input.delivery.0)?;
        let delivery = input.delivery.0;
        let command = Signup {
            email: input.email,
            password: input.password.into(),
            first_name: input.first_name,
            last_name: input.last_name,
            gender: input.gender.0.into(),
            mobile_number: input.mobile_number,
            locale: input.locale,
            accepted_terms: input.accepted_terms_version,
            attempt: input.attempt.map(RequestAttempt::parse).transpose()?,
            client: request.client.clone(),
        };
        let result = match request.accounts.signup(command).await? {
            SignupOutcome::SignIn(it) => sign_in_member(ctx, it, delivery)?,
            SignupOutcome::Accepted { email, ticket } => {
                SignupResult::SignupAccepted(SignupAccepted {
                    email: email.as_str().to_owned(),
                    ticket: ticket.expose_secret().to_owned(),
                })
            }
            SignupOutcome::InvalidInput(fields) => SignupResult::InvalidInput(fields.into()),
            SignupOutcome::NotAvailable => SignupResult::NotAvailable(NotAvailable::default()),
            SignupOutcome::EmailTaken => SignupResult::EmailTaken(EmailTaken::default()),
            SignupOutcome::MobileNumberTaken => {
                SignupResult::MobileNumberTaken(MobileNumberTaken::default())
            }
            SignupOutcome::TooManyAttempts(wait) => SignupResult::TooManyAttempts(wait.into()),
        };
        Ok(request.record_outcome(result))
    }
}

/// Returns the member of a sign-up's sign-in. A new account has no second factor yet, and is not to
/// be deleted.
fn sign_in_member(
    ctx: &Context<'_>,
    sign_in: SignIn,
    delivery: TokenDelivery,
) -> Result<SignupResult, InternalError> {
    match SignInMember::deliver(ctx, sign_in, delivery)? {
        SignInMember::Authenticated(it) => Ok(SignupResult::Authenticated(it)),
        SignInMember::MfaSetupRequired(it) => Ok(SignupResult::MfaSetupRequired(it)),
        SignInMember::MfaRequired(_) | SignInMember::DeletionPending(_) => {
            Err(InternalError::SignedOut(SignedOutReason::Ended))
        }
    }
}
