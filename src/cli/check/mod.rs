//! `latchkey check`: checks whether a server would start and could do its work. It writes one
//! document to the store, and removes it.

mod keys;
mod live;
mod providers;

use std::fmt::Display;
use std::fs::{self, OpenOptions};
use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;

use super::{Failure, configured, print, runtime};
use crate::accounts::ClaimError;
use crate::app;
use crate::config::{Config, Mail, Store};
use crate::mail::{Relay, Smtp, Transport};
use crate::model::Clock;
use crate::repository::PolledChanges;

/// The time limit for the store's answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The time that the store's first connection may take.
const FIRST_CONNECTION: Duration = Duration::from_secs(8);

/// The result of one check: a line for the operator with the state, or with what to correct.
type Finding = Result<String, String>;

/// The kind of check.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Only asks the server at `LATCHKEY_LISTEN` whether it runs, as a health check of containers.
    #[arg(long)]
    live: bool,
}

/// Runs all checks and reports every problem.
pub(super) fn run(check: &Check) -> Result<(), Failure> {
    if check.live {
        return live::run(&configured(Config::load_without_files())?);
    }
    let config = configured(Config::load())?;
    print("ok: settings\n")?;
    let (findings, changes, silent) = runtime()?.block_on(async {
        let mut findings = vec![
            ("keys", keys::check(&config)),
            ("store", store(&config).await),
            ("mail", mail(&config).await),
            ("emails", emails(&config)),
        ];
        findings.extend(providers::check(&config).map(|finding| ("providers", finding)));
        let silent = providers::warnings(&config).await;
        (findings, changes(&config).await, silent)
    });
    let mut problems = Vec::new();
    for (what, finding) in findings {
        match finding {
            Ok(text) => print(format_args!("ok: {what}: {text}\n"))?,
            Err(text) => problems.push(format!("wrong: {what}: {text}")),
        }
    }
    if let Some(warning) = changes {
        print(format_args!("warning: store: {warning}\n"))?;
    }
    for warning in &silent {
        print(format_args!("warning: providers: {warning}\n"))?;
    }
    for warning in &config.warnings {
        print(format_args!("warning: settings: {warning}\n"))?;
    }
    let algorithms = super::keys::of_algorithms(&config, Clock::system().now());
    for warning in keys::warnings(&config).into_iter().chain(algorithms) {
        print(format_args!("warning: keys: {warning}\n"))?;
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Failure::settings(format!(
            "not ready\n{}",
            problems.join("\n")
        )))
    }
}

async fn store(config: &Config) -> Finding {
    let store = &config.store;
    if let Store::Sqlite(path) = store
        && !path.exists()
    {
        return creatable(path, "LATCHKEY_STORE");
    }
    let answer = async {
        let repository = app::open_repository(store).await.map_err(text)?;
        // With slow DNS, the first connection takes longer than a request waits; it continues
        // meanwhile.
        let end = Instant::now() + FIRST_CONNECTION;
        loop {
            match repository.probe().await {
                Err(error) if error.is_late() && Instant::now() < end => {}
                answer => break answer.map_err(text)?,
            }
        }
        let recorded = repository.secrets().await.map_err(text)?;
        // Wrong keys are a finding of their own.
        let secret = keys::secret(config).ok().flatten();
        secret.map_or(Ok(()), |it| ClaimError::check(&it, &recorded).map_err(text))
    };
    let place = store.place();
    within_timeout(answer).await.map_err(|wrong| {
        format!("{place}: {wrong}; check LATCHKEY_STORE and the store that it names")
    })?;
    Ok(place)
}

/// Returns what keeps live changes from what the store could give.
async fn changes(config: &Config) -> Option<&'static str> {
    let is_file = matches!(&config.store, Store::Sqlite(_));
    if is_file || !config.live.subscriptions {
        return None;
    }
    let repository = app::open_repository(&config.store).await.ok()?;
    let changes = repository.changes(PolledChanges::new(repository.clone()))?;
    changes.problem().await
}

async fn mail(config: &Config) -> Finding {
    match &config.mail {
        Mail::File(folder) if folder.exists() => writable(folder, "LATCHKEY_MAIL"),
        Mail::File(folder) => creatable(folder, "LATCHKEY_MAIL"),
        Mail::Smtp(relay) => {
            let place = format!("{}:{}", relay.host, relay.port);
            // Each of its steps has a time limit, whose error says more.
            let answer = connect(config, relay).await;
            answer.map_err(|wrong| format!("{place}: {wrong}"))?;
            Ok(place)
        }
    }
}

/// Checks the templates and the texts of emails, and the key that signs them.
fn emails(config: &Config) -> Finding {
    let mailer = app::mailer(config, None).map_err(text)?;
    let languages: Vec<&str> = mailer.templates.languages().collect();
    let languages = languages.join(", ");
    Ok(match mailer.signature {
        None => languages,
        Some(dkim) => {
            let (name, record) = dkim.record();
            format!("{languages}; signed: publish this record\n{name} TXT \"{record}\"")
        }
    })
}

async fn connect(config: &Config, relay: &Relay) -> Result<(), String> {
    let authorities = config.mail_ca.as_deref();
    let smtp = Smtp::new(relay, &config.mail_names(), authorities).map_err(text)?;
    let transport = Transport::Smtp(smtp);
    let mailer = app::mailer(config, Some(transport)).map_err(text)?;
    mailer.check().await.map_err(text)
}

async fn within_timeout(answer: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    match tokio::time::timeout(TIMEOUT, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("no answer within {} seconds", TIMEOUT.as_secs())),
    }
}

/// Checks that a missing path can be created: the nearest existing folder above it must be
/// writable.
fn creatable(path: &Path, setting: &str) -> Finding {
    let absolute = std::path::absolute(path).map_err(text)?;
    let above = absolute
        .ancestors()
        .skip(1)
        .find(|above| above.exists())
        .unwrap_or(Path::new("/"));
    writable(above, setting)?;
    Ok(format!(
        "{} will be created at the first start",
        path.display()
    ))
}

/// Tries to write and leaves no trace: permission bits alone are not conclusive.
fn writable(folder: &Path, setting: &str) -> Finding {
    let shown = folder.display();
    let probe = folder.join(format!(".latchkey-check-{}", std::process::id()));
    let tried = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&probe)
        .and_then(|_| fs::remove_file(&probe));
    tried.map_err(|error| {
        format!(
            "{shown} cannot be written to ({error}): correct that, or set {setting} to another place"
        )
    })?;
    Ok(shown.to_string())
}

fn text(error: impl Display) -> String {
    error.to_string()
}
