//! `latchkey user list` and `latchkey user show`.

use std::io::{self, Write};

use clap::Args;

use super::description::{Details, State, Summary};
use super::{NO_SUCH_USER, RoleName, failure};
use crate::accounts::Accounts;
use crate::app::App;
use crate::cli::{Failure, administer, print};
use crate::model::{Account, AccountId, Role, User};

/// Lists users, in the order of their ids, which is that of their creation. Sign-ups that wait for
/// their code are no users yet.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Lists users of this role only.
    #[arg(long, value_enum)]
    role: Option<RoleName>,
    /// Lists users in this state only.
    #[arg(long, value_enum)]
    state: Option<State>,
    /// Lists users whose address is verified, or is not.
    #[arg(long)]
    verified: Option<bool>,
    /// Lists users whose address begins with this text.
    #[arg(long)]
    search: Option<String>,
    /// Begins after this id: that of the last user of the page before.
    #[arg(long)]
    after: Option<String>,
    /// The number of users; 0 lists all.
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// Writes a JSON object for each line.
    #[arg(long)]
    json: bool,
}

/// Shows a user, without secrets.
#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// The user's email address.
    #[arg(long, required_unless_present = "id")]
    email: Option<String>,
    /// The user's id.
    #[arg(long, conflicts_with = "email")]
    id: Option<String>,
    /// Writes a JSON object.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self) -> Result<(), Failure> {
        let after = self.after.as_deref().map(parse).transpose()?;
        administer(async |app: &App| self.list(&app.accounts, after).await)
    }

    async fn list(&self, accounts: &Accounts, mut after: Option<AccountId>) -> Result<(), Failure> {
        let mut listed = 0;
        loop {
            let page = accounts.accounts_after(after).await.map_err(failure)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.id);
            for account in page.iter().filter(|account| self.matches(account)) {
                if self.limit > 0 && listed == self.limit {
                    return Ok(());
                }
                listed += 1;
                self.print(account)?;
                if listed == self.limit {
                    hint(account.id);
                }
            }
        }
    }

    fn matches(&self, account: &Account) -> bool {
        let matches = |user: &User| {
            let role = match self.role {
                Some(RoleName::User) => user.role == Role::User,
                Some(RoleName::Admin) => user.role == Role::Admin,
                None => true,
            };
            role && self.state.is_none_or(|it| State::of(user) == it)
                && self.verified.is_none_or(|it| user.email_verified == it)
        };
        let found = self.search.as_ref().is_none_or(|text| {
            let text = text.trim().to_lowercase();
            account.email.as_str().starts_with(&text)
        });
        found && account.user().is_some_and(matches)
    }

    fn print(&self, account: &Account) -> Result<(), Failure> {
        match Summary::of(account) {
            Some(summary) if self.json => print(summary.to_json()?),
            Some(summary) => print(summary.line()),
            None => Ok(()),
        }
    }
}

/// Says how to go on: on stderr, since stdout is the list.
fn hint(last: AccountId) {
    // If stderr is closed, no reader is left.
    _ = writeln!(io::stderr(), "for more: --after {last}");
}

impl Show {
    pub(super) fn run(self) -> Result<(), Failure> {
        let id = self.id.as_deref().map(parse).transpose()?;
        administer(async |app: &App| {
            let accounts = &app.accounts;
            let found = match (&id, &self.email) {
                (Some(id), _) => accounts.account_by_id(*id).await,
                (None, email) => {
                    let email = email.as_deref().unwrap_or_default();
                    accounts.account_by_email(email).await
                }
            };
            let account = found.map_err(failure)?;
            let details = account.and_then(|account| Details::of(&account, accounts.now()));
            match details {
                Some(details) if self.json => print(details.to_json()?),
                Some(details) => print(details.text()),
                None => Err(Failure::new(NO_SUCH_USER)),
            }
        })
    }
}

fn parse(id: &str) -> Result<AccountId, Failure> {
    id.parse()
        .map_err(|_| Failure::settings("this is no id of a user: see latchkey user list"))
}
