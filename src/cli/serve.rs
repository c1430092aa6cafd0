//! `latchkey serve`.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Failure, configured, print, runtime};
use crate::app::App;
use crate::config::{Config, reachable};
use crate::model::{Clock, Rng};

/// The time for which work that cannot be cancelled, such as a DNS lookup, may delay the exit.
const LAST_WORK: Duration = Duration::from_secs(2);

/// Runs the server until it receives a signal.
pub(super) fn run() -> Result<(), Failure> {
    let config = configured(Config::load())?;
    let runtime = runtime()?;
    let served = runtime.block_on(serve(config));
    runtime.shutdown_timeout(LAST_WORK);
    served
}

async fn serve(config: Config) -> Result<(), Failure> {
    // The listener comes first: a second server started by mistake ends here, before it touches the
    // store or an email.
    let listener = listen(config.listen, "LATCHKEY_LISTEN").await?;
    let metrics = match config.connections.metrics {
        Some(address) => Some(listen(address, "LATCHKEY_METRICS_LISTEN").await?),
        None => None,
    };
    let config = config.listening_on(listener.local_addr().map_err(Failure::new)?);
    let app = App::build(&config, Clock::system(), Rng::system())
        .await
        .map_err(Failure::new)?;
    let algorithms = super::keys::of_algorithms(&config, Clock::system().now());
    for warning in config.warnings.iter().chain(&algorithms) {
        tracing::warn!("{warning}");
    }
    // Signals are handled before the lines appear: a program that waits for the lines may stop the
    // server at once.
    let stop = Stop::new().map_err(Failure::new)?;
    app.probe_store().await.map_err(Failure::new)?;
    app.claim_store().await.map_err(Failure::new)?;
    if let Some(listener) = metrics {
        let address = listener.local_addr().map_err(Failure::new)?;
        tracing::info!("metrics: http://{}/metrics", reachable(address));
        app.serve_metrics(listener);
    }
    print(announcement(&config))?;
    app.serve(listener, stop.requested())
        .await
        .map_err(Failure::new)
}

async fn listen(address: SocketAddr, setting: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Failure::new(format!(
            "{address} is in use: stop the program that listens there, or set {setting} to another port"
        )),
        _ => Failure::new(format!("cannot listen on {address}: {error}; set {setting} to another address")),
    })
}

/// Returns three lines: the URL, the place of the data, and the destination of emails.
fn announcement(config: &Config) -> String {
    let (store, keys) = (config.store.place(), config.data.display());
    let emails = config.mail.place();
    let address = reachable(config.listen);
    let name = if config.introspection && config.trusted_documents.is_none() {
        "GraphQL and GraphiQL"
    } else {
        "GraphQL"
    };
    // A page on http://localhost cannot use the cookies of 127.0.0.1, which is another site.
    let by_name = if address.ip().to_canonical().is_loopback() {
        format!(
            " (for pages on localhost: http://localhost:{}/graphql)",
            address.port()
        )
    } else {
        String::new()
    };
    format!(
        "{name}: http://{address}/graphql{by_name}\nData: {store} (keys in {keys})\nEmails: {emails}\n"
    )
}

/// The signals that stop the program. SIGHUP is one of them: a server whose terminal is closed must
/// not end in the middle of a request.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Stop {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the first signal. A second one ends the process at once, whatever is in progress.
    async fn requested(mut self) {
        self.next().await;
        tracing::info!(
            "stopping: requests in progress are finished first; a second signal ends at once"
        );
        tokio::spawn(async move {
            self.next().await;
            process::exit(1);
        });
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(vars: &[(&str, &str)], address: &str) -> String {
        let vars = vars
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        announcement(
            &Config::from_vars(vars)
                .unwrap()
                .listening_on(address.parse().unwrap()),
        )
    }

    #[test]
    fn announcement_says_where_everything_is() {
        assert_eq!(
            announced(&[], "127.0.0.1:41234"),
            "GraphQL and GraphiQL: http://127.0.0.1:41234/graphql (for pages on localhost: http://localhost:41234/graphql)\n\
             Data: latchkey-data/latchkey.db (keys in latchkey-data)\n\
             Emails: latchkey-data/mail\n"
        );
    }

    #[test]
    fn announcement_names_localhost_only_on_loopback() {
        for (address, is_named) in [
            ("127.0.0.1:80", true),
            ("0.0.0.0:80", true),
            ("[::1]:80", true),
            ("192.0.2.1:80", false),
        ] {
            let lines = announced(&[("LATCHKEY_PUBLIC_URL", "https://x.test")], address);
            assert_eq!(lines.contains("http://localhost:80/"), is_named, "{lines}");
        }
    }

    #[test]
    fn announcement_names_graphiql_only_if_enabled() {
        for (setting, first) in [
            ("on", "GraphQL and GraphiQL: http://"),
            ("off", "GraphQL: http://"),
        ] {
            let lines = announced(&[("LATCHKEY_INTROSPECTION", setting)], "127.0.0.1:41234");
            assert!(lines.starts_with(first), "{lines}");
        }
    }

    #[test]
    fn announcement_does_not_name_graphiql_with_trusted_documents() {
        let lines = announced(
            &[("LATCHKEY_TRUSTED_DOCUMENTS", "a.json")],
            "127.0.0.1:41234",
        );
        assert!(lines.starts_with("GraphQL: http://"), "{lines}");
    }

    #[test]
    fn announcement_shows_no_secret_and_only_reachable_addresses() {
        let secrets = [
            ("LATCHKEY_STORE", "mongodb://u:hunter2@h/db"),
            ("LATCHKEY_MAIL", "smtp://u:hunter2@mail.test"),
            ("LATCHKEY_MAIL_FROM", "no-reply@x.test"),
            ("LATCHKEY_PUBLIC_URL", "https://accounts.x.test"),
        ];
        let lines = announced(&secrets, "[::]:80");
        assert!(!lines.contains("hunter2"), "{lines}");
        assert!(
            lines.contains("http://[::1]:80/graphql")
                && lines.contains("sent through mail.test:587"),
            "{lines}"
        );
    }
}
