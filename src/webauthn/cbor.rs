//! CBOR (RFC 8949), as far as authenticators write it.

use ciborium::Value;

use super::Invalid;

/// The maximum depth of a value: an attestation statement has lists of byte strings in a map.
const MAX_DEPTH: usize = 8;

/// A map whose keys are looked up one by one. No key occurs twice.
#[derive(Debug)]
pub(super) struct Map(Vec<(Value, Value)>);

impl Map {
    /// Reads a map at the beginning of `bytes`, and moves them past it.
    pub(super) fn read(bytes: &mut &[u8]) -> Result<Self, Invalid> {
        let value = ciborium::de::from_reader_with_recursion_limit(bytes, MAX_DEPTH);
        Self::of(value.map_err(|_| Invalid::Malformed)?)
    }

    /// Reads a map that fills `bytes`.
    pub(super) fn read_whole(mut bytes: &[u8]) -> Result<Self, Invalid> {
        let map = Self::read(&mut bytes)?;
        bytes.is_empty().then_some(map).ok_or(Invalid::Malformed)
    }

    fn of(value: Value) -> Result<Self, Invalid> {
        let entries = value.into_map().map_err(|_| Invalid::Malformed)?;
        let mut rest = entries.as_slice();
        while let Some(((key, _), others)) = rest.split_first() {
            if others.iter().any(|(other, _)| other == key) {
                return Err(Invalid::Malformed);
            }
            rest = others;
        }
        Ok(Self(entries))
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes the map under a key and returns it.
    pub(super) fn take_map(&mut self, key: &str) -> Result<Self, Invalid> {
        let value = self.take(&Value::from(key));
        value.ok_or(Invalid::Malformed).and_then(Self::of)
    }

    /// Removes the text under a key and returns it.
    pub(super) fn take_text(&mut self, key: &str) -> Result<String, Invalid> {
        let value = self.take(&Value::from(key));
        let text = value.and_then(|value| value.into_text().ok());
        text.ok_or(Invalid::Malformed)
    }

    /// Removes the bytes under a key and returns them.
    pub(super) fn take_bytes(&mut self, key: impl Into<Value>) -> Result<Vec<u8>, Invalid> {
        let value = self.take(&key.into());
        let bytes = value.and_then(|value| value.into_bytes().ok());
        bytes.ok_or(Invalid::Malformed)
    }

    /// Returns the number under a numeric key.
    pub(super) fn number(&self, key: i64) -> Option<i64> {
        let key = Value::from(key);
        let (_, value) = self.0.iter().find(|(other, _)| *other == key)?;
        i64::try_from(value.as_integer()?).ok()
    }

    fn take(&mut self, key: &Value) -> Option<Value> {
        let place = self.0.iter().position(|(other, _)| other == key)?;
        Some(self.0.swap_remove(place).1)
    }
}
