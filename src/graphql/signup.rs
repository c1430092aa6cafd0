//! The `signup` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};
use secrecy::ExposeSecret;

use super::RequestContext;
use super::types::{
    Authenticated, EmailTaken, Gender, InvalidInput, MobileNumberTaken, TokenDelivery,
    TooManyAttempts,
};
use crate::accounts::{InternalError, Signup, SignupOutcome};

/// Who signs up.
#[derive(InputObject)]
struct SignupInput {
    /// The e-mail address: case, and spaces around it, do not count.
    email: String,
    /// The password: see `policy` for its length. Every character counts.
    #[graphql(secret)]
    password: String,
    /// First name: 1 to 100 characters.
    first_name: String,
    /// Last name: at most 100 characters; "" for people with one name.
    last_name: String,
    /// Gender.
    #[graphql(default_with = "Gender::Undisclosed")]
    gender: Gender,
    /// Mobile number with its country code, such as +49 151 12345678.
    mobile_number: Option<String>,
    /// Where to put the refresh token.
    #[graphql(default_with = "TokenDelivery::Body")]
    delivery: TokenDelivery,
}

/// Sign-up under the verify-first policy: the same answer whether or not the address had an account. The sign-up is
/// completed by `verifyEmail` with the mailed code and this ticket, so that nobody's code can activate somebody else's
/// password.
#[derive(SimpleObject)]
struct SignupAccepted {
    /// The address, in its canonical form.
    email: String,
    /// Keep it until the code has come; it completes this sign-up and no other.
    ticket: String,
}

/// What becomes of a sign-up.
#[derive(Union)]
enum SignupResult {
    Authenticated(Box<Authenticated>),
    SignupAccepted(SignupAccepted),
    InvalidInput(InvalidInput),
    EmailTaken(EmailTaken),
    MobileNumberTaken(MobileNumberTaken),
    TooManyAttempts(TooManyAttempts),
}

/// The operation.
#[derive(Default)]
pub(super) struct SignupMutation;

#[Object]
impl SignupMutation {
    /// Signs up a new user.
    async fn signup(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs up.")] input: SignupInput,
    ) -> Result<SignupResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let delivery = input.delivery;
        let command = Signup {
            email: input.email,
            password: input.password.into(),
            first_name: input.first_name,
            last_name: input.last_name,
            gender: input.gender.into(),
            mobile_number: input.mobile_number,
            client: request.client.clone(),
        };
        let result = match request.accounts.signup(command).await? {
            SignupOutcome::Authenticated(it) => {
                SignupResult::Authenticated(Box::new(Authenticated::deliver(ctx, *it, delivery)?))
            }
            SignupOutcome::Accepted { email, ticket } => {
                SignupResult::SignupAccepted(SignupAccepted {
                    email: email.as_str().to_owned(),
                    ticket: ticket.expose_secret().to_owned(),
                })
            }
            SignupOutcome::InvalidInput(fields) => SignupResult::InvalidInput(fields.into()),
            SignupOutcome::EmailTaken => SignupResult::EmailTaken(EmailTaken::default()),
            SignupOutcome::MobileNumberTaken => {
                SignupResult::MobileNumberTaken(MobileNumberTaken::default())
            }
            SignupOutcome::TooManyAttempts(wait) => SignupResult::TooManyAttempts(wait.into()),
        };
        Ok(request.record_outcome(result))
    }
}
