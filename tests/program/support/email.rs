//! Received emails, parsed by a mail library.

use std::fs;
use std::path::Path;

use mail_parser::MessageParser;

/// An email as its recipient sees it.
#[derive(Clone, Debug)]
pub struct ReceivedEmail {
    /// The address alone.
    pub from: String,
    pub from_name: Option<String>,
    pub to: String,
    /// The subject without the service's name and the time.
    pub topic: String,
    pub text: String,
    /// The `Date` header, in seconds of Unix time.
    pub sent_at: i64,
    /// The `Message-ID` header without the angle brackets.
    pub message_id: String,
}

impl ReceivedEmail {
    pub fn parse(bytes: &[u8]) -> Self {
        let message = MessageParser::default().parse(bytes).unwrap();
        let only = |address: Option<&mail_parser::Address>| {
            let addresses: Vec<_> = address
                .expect("an address")
                .iter()
                .filter_map(|it| it.address())
                .collect();
            addresses.join(", ")
        };
        Self {
            from: only(message.from()),
            from_name: message
                .from()
                .and_then(|from| from.first()?.name())
                .map(str::to_owned),
            to: only(message.to()),
            topic: topic(message.subject().expect("a subject")),
            text: message.body_text(0).expect("a text").into_owned(),
            sent_at: message.date().expect("a date").to_timestamp(),
            message_id: message.message_id().expect("a message id").to_owned(),
        }
    }

    /// Returns the code: the only line of six digits.
    #[track_caller]
    pub fn code(&self) -> String {
        let is_code =
            |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        let codes: Vec<&str> = self.text.lines().map(str::trim).filter(is_code).collect();
        assert_eq!(codes.len(), 1, "one code in: {}", self.text);
        codes[0].to_owned()
    }
}

/// Returns a subject without the service's name and the time.
fn topic(subject: &str) -> String {
    subject.split(" (").next().unwrap_or_default().to_owned()
}

/// Parses the `.eml` files of a folder in the order of their names, which is chronological.
pub fn in_folder(folder: &Path) -> Vec<ReceivedEmail> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    paths.sort();
    paths
        .iter()
        .map(|path| ReceivedEmail::parse(&fs::read(path).unwrap()))
        .collect()
}
