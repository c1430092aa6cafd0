//! `latchkey keys`: which keys sign access tokens, and since when.

use std::time::Duration;

use clap::{Subcommand, value_parser};

use super::{Failure, configured, say};
use crate::config::Config;
use crate::model::{Clock, Timestamp};
use crate::token::{JWKS_MAX_AGE, KeyInfo, KeySource, KeyState, Keyring, LEAD, LONGEST_LIFETIME};

/// A longer one is a slip: of the unit, most likely.
const LONGEST_LEAD: u64 = 366 * 24 * 60 * 60;

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Lists the keys: which one signs, which is next, and until when the others verify.
    List,
    /// Makes the next key. It is shown and accepted at once, and signs after the lead; the present one then verifies
    /// for another day, the longest that a token can live.
    Rotate {
        /// For how many seconds the new key is shown before it signs, so that whoever verifies tokens knows it by then; a
        /// year at most.
        #[arg(long, value_name = "SECONDS", default_value_t = LEAD.as_secs(), value_parser = value_parser!(u64).range(..=LONGEST_LEAD))]
        lead: u64,
    },
    /// Ends a key at once, because somebody else may have it: what it signed is refused from now on.
    Retire {
        /// The key's name, as `list` shows it; it may begin with a hyphen.
        #[arg(allow_hyphen_values = true)]
        kid: String,
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
            Self::Retire { kid } => retire(&config, &kid, now),
        }
    }
}

fn list(config: &Config, now: Timestamp) -> Result<(), Failure> {
    match Keyring::read(&config.keys).map_err(Failure::new)? {
        Some(keyring) => say(table(&keyring, now)),
        None => say("there are no keys yet: the first one is made when a server starts\n"),
    }
}

fn rotate(config: &Config, lead: Duration, now: Timestamp) -> Result<(), Failure> {
    if let Some(instead) = instead_of_rotating(config) {
        return Err(Failure::new(instead));
    }
    let is_first = Keyring::read(&config.keys).map_err(Failure::new)?.is_none();
    let keyring = Keyring::open(&config.keys, now).map_err(Failure::new)?;
    if is_first {
        return say(format_args!("made the first key\n{}", table(&keyring, now)));
    }
    let made = keyring.rotate(lead, now).map_err(Failure::new)?;
    let from = made.signs_from.to_rfc3339();
    say(format_args!(
        "made {}: shown and accepted from now on, signs from {from}\n",
        made.kid
    ))?;
    for kid in made.removed {
        say(format_args!(
            "removed {kid}: everything that it signed has long expired\n"
        ))?;
    }
    if lead < JWKS_MAX_AGE {
        let kept = JWKS_MAX_AGE.as_secs();
        say(format_args!(
            "note: whoever verifies tokens may keep the JWK set for {kept} seconds, and not know the new key before\n"
        ))?;
    }
    say(table(&keyring, now))
}

/// What to do where the keys are the operator's own.
fn instead_of_rotating(config: &Config) -> Option<String> {
    let lifetime = LONGEST_LIFETIME.as_secs();
    match &config.keys {
        KeySource::Folder { .. } => None,
        KeySource::Pem(_) => Some(format!(
            "the keys come from LATCHKEY_SIGNING_KEYS, which only you can change:\n\
             1. make a key: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 (or ed25519)\n\
             2. put it behind the others, and restart every server: now everybody accepts it\n\
             3. {} seconds later put it first, and restart: now it signs\n\
             4. {lifetime} seconds later take out the old one, and restart",
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
                "take the key out of LATCHKEY_SIGNING_KEYS, and restart every server",
            ));
        }
        KeySource::Shared(_) => {
            return Err(Failure::new(
                "set another LATCHKEY_SIGNING_SECRET, and restart every server",
            ));
        }
    }
    let keyring = Keyring::open(&config.keys, now).map_err(Failure::new)?;
    let was = keyring.retire(kid, now).map_err(Failure::new)?;
    say(format_args!(
        "retired {kid}: tokens that it signed are refused from now on\n"
    ))?;
    if was != KeyState::Ended {
        let kept = JWKS_MAX_AGE.as_secs();
        say(format_args!(
            "note: clients get new tokens with their refresh tokens; whoever verifies tokens by the JWK set may keep it, \
             and with it this key, for {kept} seconds or longer: restart what must know at once\n"
        ))?;
    }
    say(table(&keyring, now))
}

/// One line a key, the newest first.
fn table(keyring: &Keyring, now: Timestamp) -> String {
    let head = format!("{:43}  {:9}  {}\n", "KID", "ALGORITHM", "STATE");
    let line = |key: KeyInfo| {
        let algorithm = key.algorithm.as_deref().unwrap_or("-");
        format!("{:43}  {algorithm:9}  {}\n", key.kid, told(&key, now))
    };
    keyring
        .list(now)
        .into_iter()
        .map(line)
        .fold(head, |table, line| table + &line)
}

fn told(key: &KeyInfo, now: Timestamp) -> String {
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
