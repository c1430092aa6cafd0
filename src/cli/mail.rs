//! `latchkey mail`: the emails that a mail server refused.

use clap::{Args, Subcommand};

use super::user::failure;
use super::{Failure, configured, print, runtime};
use crate::accounts::{Accounts, ParkedEmail};
use crate::app::App;
use crate::config::Config;
use crate::model::{Clock, EmailId, Rng};

#[derive(Debug, Subcommand)]
pub(super) enum Mail {
    /// Lists the parked emails: those that the mail server refused for good.
    List,
    /// Makes parked emails due again. Those whose code has expired stay parked.
    Retry(Which),
    /// Drops parked emails.
    Drop(Which),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Which {
    /// The email's id, from the list.
    #[arg(long)]
    id: Option<String>,
    /// All parked emails.
    #[arg(long)]
    all: bool,
}

impl Mail {
    pub(super) fn run(self) -> Result<(), Failure> {
        // This process serves no documents.
        let config = Config {
            trusted_documents: None,
            ..configured(Config::load_without_files())?
        };
        runtime()?.block_on(async {
            let app = App::build(&config, Clock::system(), Rng::system())
                .await
                .map_err(Failure::new)?;
            self.apply(&app.accounts).await
        })
    }

    async fn apply(self, accounts: &Accounts) -> Result<(), Failure> {
        match self {
            Self::List => {
                let parked = accounts.parked_emails().await.map_err(failure)?;
                parked.iter().try_for_each(|email| print(line(email)))
            }
            Self::Retry(which) => {
                let retried = accounts.retry_parked(which.id()?).await.map_err(failure)?;
                counted(retried, "will be sent", which.all)
            }
            Self::Drop(which) => {
                let dropped = accounts.drop_parked(which.id()?).await.map_err(failure)?;
                counted(dropped, "dropped", which.all)
            }
        }
    }
}

impl Which {
    fn id(&self) -> Result<Option<EmailId>, Failure> {
        let parse = |id: &String| {
            id.parse()
                .map_err(|_| Failure::new("this is no id of an email: see latchkey mail list"))
        };
        self.id.as_ref().map(parse).transpose()
    }
}

fn line(email: &ParkedEmail) -> String {
    let ParkedEmail {
        id,
        to,
        kind,
        written_at,
        expires_at,
    } = email;
    let (to, written_at, expires_at) = (
        to.as_str(),
        written_at.to_rfc3339(),
        expires_at.to_rfc3339(),
    );
    format!("{id}  {kind}  {to}  written {written_at}  good until {expires_at}\n")
}

fn counted(count: usize, what: &str, all: bool) -> Result<(), Failure> {
    if count == 0 && !all {
        return Err(Failure::new(
            "no parked email has this id, or its code has expired: see latchkey mail list",
        ));
    }
    print(format_args!("{count} {what}\n"))
}
