//! Reads the elements of a large JSON file one by one.

use std::fmt;
use std::io::{BufRead, Read};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Value};

use super::row::{Raw, RowError};

/// The elements that may wait to be taken.
const AHEAD: usize = 64;

/// Reads one JSON value per line. Empty lines are skipped.
pub(super) fn lines(reader: impl BufRead) -> impl Iterator<Item = Raw> {
    (1..).zip(reader.lines()).filter_map(|(line, text)| {
        let value = match text {
            Ok(text) if text.trim().is_empty() => return None,
            Ok(text) => serde_json::from_str(text.trim_start_matches('\u{feff}'))
                .map_err(|error| RowError::new("", position(&error))),
            Err(error) => Err(RowError::new("", error)),
        };
        Some(Raw { line, value })
    })
}

/// Reads the elements of an array, or of the array under one of the keys of an object. Each element
/// is numbered, from 1. A thread parses, so that no more than a few elements are in memory.
pub(super) fn elements(
    reader: impl Read + Send + 'static,
    keys: &'static [&'static str],
) -> impl Iterator<Item = Raw> {
    let (sender, receiver) = sync_channel(AHEAD);
    thread::spawn(move || {
        let last = sender.clone();
        let document = Document { sender, keys };
        let mut deserializer = Deserializer::from_reader(reader);
        let read = document.deserialize(&mut deserializer);
        if let Err(error) = read.and_then(|()| deserializer.end()) {
            // The reader of the rows may have stopped.
            _ = last.send(Err(RowError::new("", position(&error))));
        }
    });
    (1..).zip(receiver).map(|(line, value)| Raw { line, value })
}

/// Says where a file is not JSON, without quoting it.
fn position(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    format!("it is not JSON at line {line} column {column}")
}

type Sender = SyncSender<Result<Value, RowError>>;

/// The whole file: an array, or an object with the array in it.
struct Document {
    sender: Sender,
    keys: &'static [&'static str],
}

/// An array, whose elements are sent.
struct Array(Sender);

impl<'de> DeserializeSeed<'de> for Document {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array, or an object with {}", self.keys.join(" or "))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<(), A::Error> {
        Array(self.sender).visit_seq(elements)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(key) = fields.next_key::<String>()? {
            if self.keys.contains(&key.as_str()) {
                fields.next_value_seed(Array(self.sender.clone()))?;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Array {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Array {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element()? {
            if self.0.send(Ok(element)).is_err() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &'static str) -> Vec<(u64, Result<Value, String>)> {
        elements(text.as_bytes(), &["users"])
            .map(|raw| (raw.line, raw.value.map_err(|error| error.to_string())))
            .collect()
    }

    #[test]
    fn elements_of_arrays_and_keys_are_read() {
        for text in [
            "[1, 2]",
            r#"{"realm": {"a": [7]}, "users": [1, 2], "more": 3}"#,
        ] {
            assert_eq!(
                numbers(text),
                [(1, Ok(1.into())), (2, Ok(2.into()))],
                "{text}"
            );
        }
        assert_eq!(numbers("[]"), []);
    }

    #[test]
    fn file_that_breaks_off_yields_its_whole_elements_first() {
        let read = numbers("[1, 2, ");
        assert_eq!(read.len(), 3);
        assert!(
            read[2]
                .1
                .as_ref()
                .is_err_and(|text| text.contains("not JSON at line 1"))
        );
    }
}
