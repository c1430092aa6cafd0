//! `latchkey check`: would a server start, and could it do its work? Leaves everything as it is.

mod keys;

use std::fmt::Display;
use std::fs::{self, OpenOptions};
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Failure, configured, runtime, say};
use crate::app;
use crate::config::{Config, Mail, Store};
use crate::mail::{Mailer, Relay, Smtp, Transport};

/// How long the store and the mail server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// How long the store's first connection may take.
const FIRST_CONNECTION: Duration = Duration::from_secs(8);

/// What was found: a line for the operator, what is right or what to do.
type Finding = Result<String, String>;

/// Looks at everything, and tells all that is wrong.
pub(super) fn run() -> Result<(), Failure> {
    let config = configured(Config::load())?;
    say("ok: settings\n")?;
    let findings = runtime()?.block_on(async {
        [
            ("keys", keys::look(&config)),
            ("store", store(&config.store).await),
            ("mail", mail(&config).await),
        ]
    });
    let mut wrong = Vec::new();
    for (what, finding) in findings {
        match finding {
            Ok(text) => say(format_args!("ok: {what}: {text}\n"))?,
            Err(text) => wrong.push(format!("wrong: {what}: {text}")),
        }
    }
    for warning in &config.warnings {
        say(format_args!("warning: settings: {warning}\n"))?;
    }
    for warning in keys::warnings(&config) {
        say(format_args!("warning: keys: {warning}\n"))?;
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Failure::settings(format!(
            "not ready\n{}",
            wrong.join("\n")
        )))
    }
}

async fn store(store: &Store) -> Finding {
    if let Store::Sqlite(path) = store
        && !path.exists()
    {
        return makeable(path, "LATCHKEY_STORE");
    }
    let answer = async {
        let repository = app::open_repository(store).await.map_err(text)?;
        // The first connection takes longer than a request waits where names are looked up slowly: it goes on meanwhile.
        let end = Instant::now() + FIRST_CONNECTION;
        loop {
            match repository.ping().await {
                Err(error) if error.is_late() && Instant::now() < end => {}
                answer => return answer.map_err(text),
            }
        }
    };
    let place = store.place();
    answered(answer)
        .await
        .map_err(|wrong| format!("{place}: {wrong}; check LATCHKEY_STORE, and what it names"))?;
    Ok(place)
}

async fn mail(config: &Config) -> Finding {
    match &config.mail {
        Mail::File(folder) if folder.exists() => writable(folder, "LATCHKEY_MAIL"),
        Mail::File(folder) => makeable(folder, "LATCHKEY_MAIL"),
        Mail::Smtp(relay) => {
            let place = format!("{}:{}", relay.host, relay.port);
            let greeted = answered(greet(config, relay)).await;
            greeted.map_err(|wrong| format!("{place}: {wrong}"))?;
            Ok(place)
        }
    }
}

async fn greet(config: &Config, relay: &Relay) -> Result<(), String> {
    let transport = Transport::Smtp(Smtp::new(relay, &config.mail_names()).map_err(text)?);
    let mailer = Mailer {
        from: config.mail_from.clone(),
        public_url: config.public_url.to_string(),
        transport,
    };
    mailer.check().await.map_err(text)
}

async fn answered(answer: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    match tokio::time::timeout(TIMEOUT, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("no answer within {} seconds", TIMEOUT.as_secs())),
    }
}

/// Whether a path that is not there could be made: the nearest folder above it that is there can be written to.
fn makeable(path: &Path, setting: &str) -> Finding {
    let absolute = std::path::absolute(path).map_err(text)?;
    let above = absolute
        .ancestors()
        .skip(1)
        .find(|above| above.exists())
        .unwrap_or(Path::new("/"));
    writable(above, setting)?;
    Ok(format!(
        "{} will be made at the first start",
        path.display()
    ))
}

/// Tries, and leaves no trace: permission bits alone do not tell.
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
            "{shown} cannot be written to ({error}): mend that, or set {setting} to another place"
        )
    })?;
    Ok(shown.to_string())
}

fn text(error: impl Display) -> String {
    error.to_string()
}
