//! The log: lines on stderr, so that stdout stays for the commands' output.

use std::io::{self, IsTerminal};
use std::panic;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::{Config, LogFormat};

/// Dependencies that log more than an operator wants to read, or at `trace` what no log may
/// contain.
const NOISY: &[&str] = &[
    "h2",
    "hickory_proto",
    "hickory_resolver",
    "hyper",
    "hyper_util",
    "lettre",
    "mongodb",
    "rustls",
];

/// Starts logging for this process.
pub(super) fn start(config: &Config) {
    // The filter was validated when the settings were parsed.
    let filter = EnvFilter::new(quieted(&config.log));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        // A log on a full disk must not end in a panic, which would be logged again.
        .log_internal_errors(false);
    // On a terminal, tracing-subscriber itself respects NO_COLOR.
    let terminal = io::stderr().is_terminal();
    let builder = if terminal {
        builder
    } else {
        builder.with_ansi(false)
    };
    // Logs the place, not the message: a panic's message may hold the data in use, and would not be
    // a line of JSON.
    panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "panicked");
    }));
    // A log that a test in this process has started already stays.
    _ = if is_json(config.log_format, terminal) {
        builder
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .try_init()
    } else {
        builder.compact().try_init()
    };
}

fn is_json(format: LogFormat, terminal: bool) -> bool {
    match format {
        LogFormat::Auto => !terminal,
        LogFormat::Pretty => false,
        LogFormat::Json => true,
    }
}

/// Returns the filter, with `warn` for the noisy modules that it does not name itself.
fn quieted(filter: &str) -> String {
    let general = filter
        .rsplit(',')
        .find_map(|part| part.trim().parse().ok())
        .unwrap_or(LevelFilter::OFF);
    let noisy = NOISY
        .iter()
        .filter(|name| general > LevelFilter::WARN && !filter.contains(**name));
    noisy.fold(filter.to_owned(), |filter, name| {
        format!("{filter},{name}=warn")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noisy_modules_log_warnings_only_unless_named() {
        let filter = quieted("debug,mongodb=trace");
        assert!(
            filter.contains("hyper=warn") && filter.contains("lettre=warn"),
            "{filter}"
        );
        assert!(
            filter.contains("mongodb=trace") && !filter.contains("mongodb=warn"),
            "{filter}"
        );
        assert!(EnvFilter::builder().parse(filter).is_ok());
    }

    #[test]
    fn automatic_format_is_pretty_only_on_a_terminal() {
        for (format, on_a_terminal, elsewhere) in [
            (LogFormat::Auto, false, true),
            (LogFormat::Pretty, false, false),
            (LogFormat::Json, true, true),
        ] {
            assert_eq!(
                (is_json(format, true), is_json(format, false)),
                (on_a_terminal, elsewhere),
                "{format:?}"
            );
        }
    }

    #[test]
    fn quieting_makes_no_filter_louder() {
        for filter in ["off", "error", "warn", "latchkey=debug"] {
            assert_eq!(quieted(filter), filter);
        }
    }
}
