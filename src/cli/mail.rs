//! `latchkey mail`: the emails that wait, and those that a mail server refused.

use std::fmt::Write;

use clap::{Args, Subcommand, ValueEnum};

use super::user::failure;
use super::{Failure, configured, print, runtime};
use crate::accounts::{MailQueue, QueuedEmail};
use crate::app::{self, App};
use crate::config::Config;
use crate::model::{Clock, EmailId, Locale, Rng, Timestamp};

#[derive(Debug, Subcommand)]
pub(super) enum Mail {
    /// Lists the parked emails: those that the mail server refused for good.
    List {
        /// Lists those that wait to be sent instead.
        #[arg(long)]
        waiting: bool,
    },
    /// Shows an email with the reason for which it was not sent. Its code is hidden.
    Show {
        /// The email's id, from the list.
        #[arg(long)]
        id: String,
    },
    /// Writes a sample of an email, as it would be sent.
    Preview {
        /// The kind, such as passwordResetCode.
        kind: String,
        /// The language, such as de.
        #[arg(long)]
        locale: Option<String>,
        /// The part to write, decoded: text or html. By default the whole message.
        #[arg(long)]
        part: Option<Part>,
    },
    /// Makes parked emails due again. Those whose code has expired stay parked.
    Retry(Which),
    /// Drops parked emails.
    Drop(Which),
}

/// A part of an email.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Part {
    /// The plain text.
    Text,
    /// The HTML.
    Html,
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
        if let Self::Preview { kind, locale, part } = self {
            return preview(&kind, locale.as_deref(), part);
        }
        // This process serves no documents.
        let config = Config {
            trusted_documents: None,
            ..configured(Config::load_without_files())?
        };
        runtime()?.block_on(async {
            let app = App::build(&config, Clock::system(), Rng::system())
                .await
                .map_err(Failure::new)?;
            self.apply(&app.accounts.email_delivery().queue()).await
        })
    }

    async fn apply(self, queue: &MailQueue<'_>) -> Result<(), Failure> {
        match self {
            Self::List { waiting } => {
                let listed = if waiting {
                    queue.waiting().await
                } else {
                    queue.parked().await
                };
                let listed = listed.map_err(failure)?;
                listed.iter().try_for_each(|email| print(line(email)))
            }
            Self::Show { id } => {
                let shown = queue.show(parse(&id)?).await.map_err(failure)?;
                let (queued, text) = shown.ok_or_else(|| {
                    Failure::new("no email in the queue has this id: see latchkey mail list")
                })?;
                print(details(&queued, &text))
            }
            // Needs no store.
            Self::Preview { .. } => Ok(()),
            Self::Retry(which) => {
                let retried = queue.retry(which.id()?).await.map_err(failure)?;
                counted(retried, "will be sent", which.all)
            }
            Self::Drop(which) => {
                let dropped = queue.drop(which.id()?).await.map_err(failure)?;
                counted(dropped, "dropped", which.all)
            }
        }
    }
}

impl Which {
    fn id(&self) -> Result<Option<EmailId>, Failure> {
        self.id.as_deref().map(parse).transpose()
    }
}

fn preview(kind: &str, locale: Option<&str>, part: Option<Part>) -> Result<(), Failure> {
    let config = configured(Config::load_without_files())?;
    let mailer = app::mailer(&config, None).map_err(Failure::settings)?;
    let locale = locale.map(Locale::parse).transpose();
    let locale = locale.map_err(|error| Failure::settings(error.message))?;
    let sample = mailer.sample(kind, locale, Clock::system().now());
    let sample = sample.map_err(Failure::settings)?;
    print(match part {
        None => sample.message,
        Some(Part::Text) => sample.text,
        Some(Part::Html) => sample.html,
    })
}

fn parse(id: &str) -> Result<EmailId, Failure> {
    id.parse()
        .map_err(|_| Failure::new("this is no id of an email: see latchkey mail list"))
}

fn line(queued: &QueuedEmail) -> String {
    let QueuedEmail { to, email } = queued;
    let (id, kind, to) = (email.id, email.kind.name(), to.as_str());
    let (written, expires) = (email.written_at.to_rfc3339(), email.expires_at.to_rfc3339());
    let mut line = format!("{id}  {kind}  {to}  written {written}  expires {expires}");
    if let Some(due) = email.due_at {
        _ = write!(line, "  due {}", due.to_rfc3339());
    }
    if let Some(error) = &email.last_error {
        _ = write!(line, "  {error}");
    }
    line + "\n"
}

fn details(queued: &QueuedEmail, message: &str) -> String {
    let QueuedEmail { to, email } = queued;
    let due = email.due_at.map(Timestamp::to_rfc3339);
    let rows = [
        ("id", email.id.to_string()),
        ("kind", email.kind.name().to_owned()),
        ("to", to.as_str().to_owned()),
        ("written", email.written_at.to_rfc3339()),
        ("expires", email.expires_at.to_rfc3339()),
        ("tries", email.tries.to_string()),
        ("due", due.unwrap_or_else(|| "parked".to_owned())),
        (
            "last error",
            email
                .last_error
                .clone()
                .unwrap_or_else(|| "none".to_owned()),
        ),
    ];
    let rows = rows.map(|(name, value)| format!("{name:<12}{value}\n"));
    format!("{}\n{message}", rows.concat())
}

fn counted(count: usize, what: &str, all: bool) -> Result<(), Failure> {
    if count == 0 && !all {
        return Err(Failure::new(
            "no parked email has this id, or its code has expired: see latchkey mail list",
        ));
    }
    print(format_args!("{count} {what}\n"))
}
