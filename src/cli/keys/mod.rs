//! `latchkey keys`: lists, exports and changes the keys that sign access tokens.

mod export;
mod forget_secret;
mod readers;

use std::time::Duration;

use clap::{Subcommand, value_parser};

pub(super) use readers::of_algorithms;

use super::{Failure, configured, print};
use crate::config::Config;
use crate::model::{Clock, Timestamp};
use crate::token::{JWKS_MAX_AGE, KeyInfo, KeySource, KeyState, Keyring, LEAD, LONGEST_LIFETIME};

/// The longest lead. A longer one is a mistake, most likely of the unit.
const LONGEST_LEAD: u64 = 366 * 24 * 60 * 60;

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Lists the keys with their states.
    List,
    /// Adds the next key. It is published and accepted at once, and signs after the lead; the
    /// current key then verifies for another day, the longest lifetime of a token.
    Rotate {
        /// Seconds for which the new key is published before it signs, so that all resource servers
        /// know it by then (at most a year).
        #[arg(long, value_name = "SECONDS", default_value_t = LEAD.as_secs(), value_parser = value_parser!(u64).range(..=LONGEST_LEAD))]
        lead: u64,
    },
    /// Prints the public keys: as a JWK set, or in PEM for resource servers that read no JWK set.
    Export {
        /// Prints the keys in PEM, the signing key first.
        #[arg(long)]
        pem: bool,
        /// The id of the only key to print, as shown by `list`; it may begin with a hyphen.
        #[arg(allow_hyphen_values = true)]
        kid: Option<String>,
    },
    /// Retires a key at once, because it may have leaked: the tokens that it signed are refused
    /// from now on.
    Retire {
        /// The key's id as shown by `list`; it may begin with a hyphen.
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
    /// Gives up a secret of `LATCHKEY_SECRET` that is lost, so that servers start without it. Every
    /// session ends, and every second factor that it has sealed is lost.
    ForgetSecret {
        /// The secret's fingerprint as shown at the start and by `latchkey check`.
        #[arg(allow_hyphen_values = true)]
        fingerprint: String,
    },
}

impl Keys {
    pub(super) fn run(self) -> Result<(), Failure> {
        let (config, now) = (
            configured(Config::load_without_files())?,
            Clock::system().now(),
        );
        match self {
            Self::List => list(&config, now),
            Self::Rotate { lead } => rotate(&config, Duration::from_secs(lead), now),
            Self::Export { pem, kid } => export::run(&config, pem, kid.as_deref(), now),
            Self::Retire { kid } => retire(&config, &kid, now),
            Self::ForgetSecret { fingerprint } => forget_secret::run(&config, &fingerprint),
        }
    }
}

fn list(config: &Config, now: Timestamp) -> Result<(), Failure> {
    match Keyring::read(&config.keys).map_err(Failure::new)? {
        Some(keyring) => print(table(&keyring, now)),
        None => print("there are no keys yet: the first one is created when a server starts\n"),
    }
}

fn rotate(config: &Config, lead: Duration, now: Timestamp) -> Result<(), Failure> {
    if let Some(instead) = instead_of_rotating(config) {
        return Err(Failure::new(instead));
    }
    let is_first = Keyring::read(&config.keys).map_err(Failure::new)?.is_none();
    let keyring = Keyring::open(&config.keys, now).map_err(Failure::new)?;
    if is_first {
        return print(format_args!(
            "created the first key\n{}",
            table(&keyring, now)
        ));
    }
    let rotated = keyring.rotate(lead, now).map_err(Failure::new)?;
    let from = rotated.signs_from.to_rfc3339();
    print(format_args!(
        "created {}: published and accepted from now on, signs from {from}\n",
        rotated.kid
    ))?;
    for kid in rotated.removed {
        print(format_args!(
            "removed {kid}: every token that it signed expired long ago\n"
        ))?;
    }
    let mixed = readers::of_mixed_set(&keyring.published_algorithms(now));
    let notes = mixed.map(|note| format!("note: {note}"));
    for note in readers::of_short_lead(lead).into_iter().chain(notes) {
        print(format_args!("{note}\n"))?;
    }
    print(table(&keyring, now))
}

/// Returns the instructions for keys that the operator provides.
fn instead_of_rotating(config: &Config) -> Option<String> {
    let lifetime = LONGEST_LIFETIME.as_secs();
    match &config.keys {
        KeySource::Folder { .. } => None,
        KeySource::Pem(_) => Some(format!(
            "the keys come from LATCHKEY_SIGNING_KEYS, which only you can change:\n\
             1. create a key: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 (or ed25519)\n\
             2. append it to the others, and restart every server: now every server accepts it\n\
             3. {} seconds later put it first, and restart: now it signs\n\
             4. {lifetime} seconds later remove the old one, and restart",
            LEAD.as_secs()
        )),
        KeySource::Shared(_) => Some(
            "HS256 has one secret: set another LATCHKEY_SIGNING_SECRET everywhere at once. Access tokens signed with the \
             old one are refused from then on, and clients get new ones with their refresh tokens"
                .to_owned(),
        ),
    }
}

fn retire(config: &Config, kid: &str, now: Timestamp) -> Result<(), Failure> {
    match &config.keys {
        KeySource::Folder { .. } => {}
        KeySource::Pem(_) => {
            return Err(Failure::new(
                "remove the key from LATCHKEY_SIGNING_KEYS, and restart every server",
            ));
        }
        KeySource::Shared(_) => {
            return Err(Failure::new(
                "set another LATCHKEY_SIGNING_SECRET, and restart every server",
            ));
        }
    }
    let keyring = Keyring::open(&config.keys, now).map_err(Failure::new)?;
    let state = keyring.retire(kid, now).map_err(Failure::new)?;
    print(format_args!(
        "retired {kid}: tokens that it signed are refused from now on\n"
    ))?;
    if state != KeyState::Ended {
        let seconds = JWKS_MAX_AGE.as_secs();
        print(format_args!(
            "note: clients get new tokens with their refresh tokens; resource servers may cache the JWK set, \
             and with it this key, for {seconds} seconds or longer: restart those that must notice at once\n"
        ))?;
    }
    print(table(&keyring, now))
}

/// Formats one line per key, the newest first.
fn table(keyring: &Keyring, now: Timestamp) -> String {
    let head = format!("{:43}  {:9}  {}\n", "KID", "ALGORITHM", "STATE");
    let line = |key: KeyInfo| {
        let algorithm = key.algorithm.unwrap_or("-");
        format!("{:43}  {algorithm:9}  {}\n", key.kid, state(&key, now))
    };
    keyring
        .list(now)
        .into_iter()
        .map(line)
        .fold(head, |table, line| table + &line)
}

fn state(key: &KeyInfo, now: Timestamp) -> String {
    match key.state {
        KeyState::Next { signs_from } => format!("next: signs from {}", signs_from.to_rfc3339()),
        KeyState::Signing => match key.signs_from {
            Some(from) if from <= now => format!("signs since {}", from.to_rfc3339()),
            _ => "signs".to_owned(),
        },
        KeyState::Verifying { until: Some(until) } => {
            format!("verifies until {}", until.to_rfc3339())
        }
        KeyState::Verifying { until: None } => "verifies".to_owned(),
        KeyState::Ended => "ended".to_owned(),
        KeyState::Retired => "retired".to_owned(),
    }
}
