//! The encodings in which other systems write salts and digests.

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BCRYPT: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, LENIENT);
/// The alphabet of `crypt`, whose first character carries the lowest bits.
const CRYPT: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Bytes that are stored as base64.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        base64(&text)
            .map(Self)
            .ok_or_else(|| de::Error::custom("not base64"))
    }
}

/// Decodes base64 in the standard alphabet, the URL-safe one, or the one with `.` for `+`, with or
/// without padding.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text
        .chars()
        .map(|character| match character {
            '.' | '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    STANDARD.decode(text).ok()
}

pub(super) fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes base64 in bcrypt's alphabet.
pub(super) fn bcrypt_base64(text: &str) -> Option<Vec<u8>> {
    BCRYPT.decode(text).ok()
}

pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

pub(super) fn encode_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Returns the value of a character of `crypt`'s alphabet.
pub(super) fn crypt_digit(character: u8) -> Option<u32> {
    let at = CRYPT.iter().position(|other| *other == character)?;
    u32::try_from(at).ok()
}

/// Decodes base64 as `crypt` writes it: three bytes in four characters, the lowest bits first.
pub(super) fn crypt_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for group in text.as_bytes().chunks(4) {
        let mut bits = 0;
        for (at, character) in group.iter().enumerate() {
            bits |= crypt_digit(*character)? << (6 * at);
        }
        bytes.extend(bits.to_le_bytes().iter().take(group.len() * 6 / 8));
    }
    Some(bytes)
}

/// Encodes bytes as `crypt` does: three bytes in four characters, the lowest bits first.
pub(super) fn encode_crypt_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .rev()
            .fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
        for at in 0..=group.len() {
            text.push(char::from(CRYPT[(bits >> (6 * at)) as usize & 63]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_each_dialect_decodes_to_the_same() {
        for text in ["+/8=", "+/8", "-_8", "./8"] {
            assert_eq!(base64(text), Some(vec![0xfb, 0xff]), "{text}");
        }
        assert_eq!(base64("not base64!"), None);
        assert_eq!(
            (hex("0aFF"), hex("0"), hex("zz")),
            (Some(vec![10, 255]), None, None)
        );
    }

    #[test]
    fn crypt_base64_is_read_as_it_is_written() {
        for length in 0..20_u8 {
            let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(37)).collect();
            assert_eq!(crypt_base64(&encode_crypt_base64(&bytes)), Some(bytes));
        }
        assert_eq!(crypt_base64("a!"), None);
    }
}
