//! The exports of other systems, one reader each.

mod auth0;
mod better_auth;
mod cognito;
mod csv_file;
mod django;
mod firebase;
mod keycloak;
mod latchkey;
mod meteor;
mod parse;
mod payload;
mod supabase;
mod wordpress;

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use clap::ValueEnum;

use super::json_rows;
use super::row::{Raw, Row};
use crate::cli::Failure;
use crate::hashing::Format;
use crate::model::Timestamp;

pub(super) use csv_file::Columns;

/// The system that wrote the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Source {
    /// An export of latchkey, or lines in its form.
    Latchkey,
    /// accounts-js: mongoexport of `users`.
    AccountsJs,
    /// Auth0's export with password hashes, which its support makes.
    Auth0,
    /// Better Auth: exports of `user` and, by --accounts, of `account`.
    BetterAuth,
    /// Amazon Cognito: a CSV file of users. It has no hashes.
    Cognito,
    /// A CSV file with a header line and --columns.
    Csv,
    /// Django: dumpdata of `auth.user`, or a CSV file of `auth_user`.
    Django,
    /// Firebase: auth:export as JSON or CSV. Needs --firebase-hash-config.
    Firebase,
    /// Keycloak: a realm or a file of its users.
    Keycloak,
    /// Meteor: mongoexport of `users`.
    Meteor,
    /// Parse Server: mongoexport of `_User`.
    Parse,
    /// Payload: mongoexport of the collection of users.
    Payload,
    /// Supabase: a dump of `auth.users`.
    Supabase,
    /// `WordPress`: a dump or a CSV file of `wp_users`.
    Wordpress,
}

/// The options of a reader, beside the file.
#[derive(Clone, Debug)]
pub(super) struct SourceOptions {
    /// The format of the hashes, where it is not the source's own.
    pub(super) hash: Option<Format>,
    /// The columns of a CSV file.
    pub(super) columns: Option<Columns>,
    /// The second file of Better Auth.
    pub(super) accounts: Option<PathBuf>,
    /// The time of the import, for users who are suspended since an unknown time.
    pub(super) now: Timestamp,
}

/// The rows of a file.
pub(super) type Rows = Box<dyn Iterator<Item = Row>>;

/// An open file.
pub(super) type Input = BufReader<Box<dyn Read + Send>>;

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// When an option is missing or a second file cannot be read.
    pub(super) fn rows(self, input: Input, options: &SourceOptions) -> Result<Rows, Failure> {
        match self {
            Self::Latchkey => latchkey::rows(input),
            Self::AccountsJs => meteor::rows(input, options, Format::Bcrypt),
            Self::Auth0 => auth0::rows(input, options),
            Self::BetterAuth => better_auth::rows(input, options),
            Self::Cognito => Ok(cognito::rows(input)),
            Self::Csv => csv_file::rows(input, options),
            Self::Django => django::rows(input, options),
            Self::Firebase => firebase::rows(input, options),
            Self::Keycloak => Ok(keycloak::rows(input, options)),
            Self::Meteor => meteor::rows(input, options, Format::Meteor),
            Self::Parse => parse::rows(input, options),
            Self::Payload => payload::rows(input, options),
            Self::Supabase => Ok(supabase::rows(input, options)),
            Self::Wordpress => wordpress::rows(input, options),
        }
    }
}

impl SourceOptions {
    /// Returns the format of the hashes.
    fn format(&self, usual: Format) -> Format {
        self.hash.unwrap_or(usual)
    }

    /// Returns the time to note for a user who is suspended.
    fn suspended(&self, is_suspended: bool) -> Option<Timestamp> {
        is_suspended.then_some(self.now)
    }
}

/// The beginning of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beginning {
    Array,
    Object,
    Other,
}

/// Looks at the first visible character, and takes nothing but white space before it.
fn beginning(input: &mut Input) -> Result<Beginning, Failure> {
    loop {
        let buffer = input.fill_buf().map_err(Failure::new)?;
        if buffer.is_empty() {
            return Ok(Beginning::Other);
        }
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || b"\xef\xbb\xbf".contains(byte);
        let blank = buffer.iter().take_while(|byte| is_blank(byte)).count();
        let first = buffer.get(blank).copied();
        input.consume(blank);
        match first {
            Some(b'[') => return Ok(Beginning::Array),
            Some(b'{') => return Ok(Beginning::Object),
            Some(_) => return Ok(Beginning::Other),
            None => {}
        }
    }
}

/// Reads one JSON object per line, or the elements of an array: mongoexport writes either.
fn documents(mut input: Input) -> Result<Box<dyn Iterator<Item = Raw>>, Failure> {
    Ok(match beginning(&mut input)? {
        Beginning::Array => Box::new(json_rows::elements(input, &[])),
        Beginning::Object | Beginning::Other => Box::new(json_rows::lines(input)),
    })
}
