//! The `checkPassword` query.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};

use super::RequestContext;
use super::types::InvalidInput;
use crate::accounts::CheckPassword;

/// A password, and what is known of whose it is to be: it must not be made of that.
#[derive(InputObject)]
struct CheckPasswordInput {
    /// The password.
    #[graphql(secret)]
    password: String,
    /// The e-mail address, as far as it is typed.
    email: Option<String>,
    /// First name.
    first_name: Option<String>,
    /// Last name.
    last_name: Option<String>,
}

/// The password would be taken.
#[derive(SimpleObject)]
struct PasswordAccepted {
    /// How many characters it has, as `policy` counts them.
    length: usize,
}

/// Whether the password would be taken.
#[derive(Union)]
enum CheckPasswordResult {
    PasswordAccepted(PasswordAccepted),
    InvalidInput(InvalidInput),
}

/// The query.
#[derive(Default)]
pub(super) struct CheckPasswordQuery;

#[Object]
impl CheckPasswordQuery {
    /// Says whether a password would be taken, with the same reasons as `signup`: for forms, while it is typed. Nothing is
    /// kept of it. Public.
    async fn check_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password, and whose it is to be.")] input: CheckPasswordInput,
    ) -> CheckPasswordResult {
        let owner = [input.email, input.first_name, input.last_name]
            .into_iter()
            .flatten()
            .collect();
        let command = CheckPassword {
            password: input.password.into(),
            owner,
        };
        match RequestContext::of(ctx).accounts.check_password(&command) {
            Ok(length) => CheckPasswordResult::PasswordAccepted(PasswordAccepted { length }),
            Err(fields) => CheckPasswordResult::InvalidInput(fields.into()),
        }
    }
}
