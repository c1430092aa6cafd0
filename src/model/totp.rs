//! One-time codes of authenticator apps (RFC 6238): SHA-1, six digits, steps of 30 seconds, which
//! every app knows.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

use super::{Code, Rng, Timestamp};

/// The alphabet of base32 (RFC 4648).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// The length of a step in milliseconds.
const STEP_MILLIS: i64 = 30_000;
/// The number of steps that a clock may be off, either way.
const SKEW: i64 = 1;

/// The secret that the service shares with an authenticator app: 160 bits.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; 20]);

impl TotpSecret {
    /// Draws a secret.
    #[must_use]
    pub fn draw(rng: &Rng) -> Self {
        Self(rng.bytes())
    }

    /// Returns the secret in base32: 32 capitals and digits, without padding, because apps disagree
    /// on every other spelling.
    #[must_use]
    pub fn to_base32(&self) -> String {
        let mut text = String::with_capacity(32);
        for chunk in self.0.chunks(5) {
            let bits = chunk
                .iter()
                .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            for place in (0..8).rev() {
                let digit = usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default();
                text.push(char::from(BASE32[digit]));
            }
        }
        text
    }

    /// Reads a secret from base32 as [`to_base32`](Self::to_base32) writes it.
    #[must_use]
    pub fn from_base32(text: &str) -> Option<Self> {
        let mut bytes = Vec::with_capacity(20);
        for chunk in text.as_bytes().chunks(8) {
            let mut bits = 0_u64;
            for character in chunk {
                let digit = BASE32.iter().position(|it| it == character)?;
                bits = (bits << 5) | u64::try_from(digit).ok()?;
            }
            bytes.extend_from_slice(&bits.to_be_bytes()[3..]);
        }
        (text.len() == 32).then(|| bytes.try_into().ok().map(Self))?
    }

    /// Returns the step that a code as typed belongs to: one near the present, later than the last
    /// one that was accepted. Every candidate is compared.
    #[must_use]
    pub fn accept(&self, typed: &str, last_step: Option<i64>, now: Timestamp) -> Option<i64> {
        let typed = Code::digits_of(typed)?;
        let present = Self::step_at(now);
        let matching = (present - SKEW..=present + SKEW).filter(|step| {
            let code = self.code(*step);
            let is_right = verify_slices_are_equal(code.as_bytes(), typed.as_bytes()).is_ok();
            is_right && last_step.is_none_or(|last| *step > last)
        });
        matching.fold(None, |found, step| found.or(Some(step)))
    }

    /// Returns the number of the step that a point in time belongs to.
    #[must_use]
    pub const fn step_at(now: Timestamp) -> i64 {
        now.millis().div_euclid(STEP_MILLIS)
    }

    /// Returns the code of a step (RFC 4226, section 5.3).
    #[must_use]
    pub fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        format!("{:06}", truncated(&key, step) % 1_000_000)
    }

    /// Returns the URI that apps read from a QR code. A colon separates the two names in it, so
    /// that none may be inside them.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let issuer = encoded(&issuer.replace(':', " "));
        let account = encoded(&account.replace(':', " "));
        let secret = self.to_base32();
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
        )
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

fn truncated(key: &hmac::Key, step: i64) -> u32 {
    let tag = hmac::sign(key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[tag.len() - 1] & 15);
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&tag[offset..offset + 4]);
    u32::from_be_bytes(bytes) & 0x7fff_ffff
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: TotpSecret = TotpSecret(*b"12345678901234567890");

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn codes_are_those_of_the_test_vectors() {
        // RFC 6238, appendix B, for SHA-1: eight digits, of which apps show the last six.
        for (seconds, code) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &SECRET.0);
            assert_eq!(
                truncated(&key, seconds / 30) % 100_000_000,
                code,
                "{seconds}"
            );
            let shown = format!("{:06}", code % 1_000_000);
            assert_eq!(SECRET.code(seconds / 30), shown);
            assert_eq!(SECRET.accept(&shown, None, at(seconds)), Some(seconds / 30));
        }
    }

    #[test]
    fn secret_is_read_back_from_its_base32() {
        assert_eq!(SECRET.to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let drawn = TotpSecret::draw(&Rng::system());
        assert_eq!(TotpSecret::from_base32(&drawn.to_base32()), Some(drawn));
        for garbage in [
            "",
            "GEZDGNBVGY3TQOJQ",
            "gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
            "1",
        ] {
            assert_eq!(TotpSecret::from_base32(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn one_step_of_skew_is_accepted_not_two() {
        let code = |step| SECRET.code(step);
        let now = at(1000 * 30 + 7);
        for step in [999, 1000, 1001] {
            assert_eq!(SECRET.accept(&code(step), None, now), Some(step));
        }
        for step in [998, 1002] {
            assert_eq!(SECRET.accept(&code(step), None, now), None, "{step}");
        }
    }

    #[test]
    fn step_is_not_accepted_twice_nor_an_older_one() {
        let now = at(1000 * 30);
        for (step, last, expected) in [
            (1000, 1000, None),
            (999, 1000, None),
            (1001, 1000, Some(1001)),
            (1000, 999, Some(1000)),
        ] {
            assert_eq!(SECRET.accept(&SECRET.code(step), Some(last), now), expected);
        }
    }

    #[test]
    fn spaces_in_a_typed_code_are_ignored() {
        let code = SECRET.code(1000);
        let typed = format!(" {} {} ", &code[..3], &code[3..]);
        assert_eq!(SECRET.accept(&typed, None, at(30_000)), Some(1000));
        for typed in ["", "12345", "hello", &code[1..]] {
            assert_eq!(SECRET.accept(typed, None, at(30_000)), None, "{typed}");
        }
    }

    #[test]
    fn uri_encodes_its_names_and_separates_them_once() {
        let uri = SECRET.uri("Süd: Büro", "ada+1@x.test");
        assert!(
            uri.starts_with("otpauth://totp/S%C3%BCd%20%20B%C3%BCro:ada%2B1%40x%2Etest?secret="),
            "{uri}"
        );
        assert!(uri.contains("&issuer=S%C3%BCd%20%20B%C3%BCro&"), "{uri}");
    }

    #[test]
    fn debug_output_shows_nothing_of_a_secret() {
        assert_eq!(format!("{SECRET:?}"), "TotpSecret(…)");
    }
}
