//! The `checkPassword` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::InvalidInput;
use crate::accounts::CheckPassword;

/// A password, and what the form knows about its future user: a password must not consist of that.
#[derive(InputObject)]
struct CheckPasswordInput {
    /// The password to check.
    #[graphql(secret)]
    password: String,
    /// The user's email address, as far as it is typed.
    email: Option<String>,
    /// The user's first name, as far as it is typed.
    first_name: Option<String>,
    /// The user's last name, as far as it is typed.
    last_name: Option<String>,
}

/// The server would accept the password.
#[derive(SimpleObject)]
struct PasswordAccepted {
    /// The password's length in characters, as `policy` counts them.
    length: usize,
}

/// The possible results of `checkPassword`.
#[derive(Union)]
enum CheckPasswordResult {
    PasswordAccepted(PasswordAccepted),
    InvalidInput(InvalidInput),
}

/// The resolver of `checkPassword`.
#[derive(Default)]
pub(super) struct CheckPasswordMutation;

impl Operation for CheckPasswordMutation {
    const FIELD: &'static str = "checkPassword";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl CheckPasswordMutation {
    /// Checks a password by the rules of `signup`, for forms to call while the user types. The
    /// server stores nothing. Needs no access token. It is a mutation although it changes nothing,
    /// because the variables of a query end up in URLs and caches.
    async fn check_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password, and its future user's data.")] input: CheckPasswordInput,
    ) -> CheckPasswordResult {
        let owner = [input.email, input.first_name, input.last_name]
            .into_iter()
            .flatten()
            .collect();
        let command = CheckPassword {
            password: input.password.into(),
            owner,
        };
        let request = RequestContext::begin_operation(ctx);
        let result = match request.accounts.check_password(&command) {
            Ok(length) => CheckPasswordResult::PasswordAccepted(PasswordAccepted { length }),
            Err(fields) => CheckPasswordResult::InvalidInput(fields.into()),
        };
        request.record_outcome(result)
    }
}
