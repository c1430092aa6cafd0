//! Points in time, and the two forms in which stores keep them.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, UTC, to the millisecond. JSON has it as milliseconds since the epoch, and BSON
/// as a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Creates the time that is `millis` milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Returns the whole seconds since the epoch, rounded down, as JWT claims count them.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Returns the time that is `duration` later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// Returns the time that is `duration` earlier.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(millis))
    }

    /// Returns the duration until `later`; zero if that has passed.
    #[must_use]
    pub fn until(self, later: Self) -> Duration {
        Duration::from_millis(u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0))
    }

    /// Formats the time as RFC 3339 in UTC with milliseconds, such as `2026-11-22T09:30:00.000Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        DateTime::<Utc>::from_timestamp_millis(self.0)
            .unwrap_or_default()
            .to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

/// The form in which the `bson` crate hands a date through serde: `{ "$date": { "$numberLong": "0" } }`.
/// In BSON itself it is a date, of eight bytes.
#[derive(Serialize)]
#[serde(rename = "$date")]
struct BsonDate {
    #[serde(rename = "$date")]
    date: NumberLong,
}

#[derive(Serialize, Deserialize)]
struct NumberLong {
    #[serde(rename = "$numberLong")]
    millis: String,
}

/// A text format has the number; the one binary format that stores use is BSON.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.serialize_i64(self.0);
        }
        let millis = self.0.to_string();
        let date = NumberLong { millis };
        BsonDate { date }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StoredTime)
    }
}

struct StoredTime;

impl<'de> Visitor<'de> for StoredTime {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date, or milliseconds since the epoch")
    }

    fn visit_i64<E>(self, millis: i64) -> Result<Timestamp, E> {
        Ok(Timestamp(millis))
    }

    fn visit_u64<E: serde::de::Error>(self, millis: u64) -> Result<Timestamp, E> {
        i64::try_from(millis).map(Timestamp).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Timestamp, A::Error> {
        if map.next_key::<String>()?.as_deref() != Some("$date") {
            return Err(A::Error::custom("not a date"));
        }
        let NumberLong { millis } = map.next_value()?;
        millis.parse().map(Timestamp).map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamp_formats_as_rfc_3339_with_milliseconds() {
        assert_eq!(
            Timestamp::from_millis(1_795_339_800_000).to_rfc3339(),
            "2026-11-22T09:30:00.000Z"
        );
    }

    #[test]
    fn timestamp_is_a_number_in_json() {
        for millis in [0, -1, 1_795_339_800_000, i64::MAX] {
            let timestamp = Timestamp::from_millis(millis);
            let text = serde_json::to_string(&timestamp).unwrap();
            assert_eq!(text, millis.to_string());
            assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), timestamp);
        }
        for other in [
            "1.5",
            "\"2026-11-22\"",
            "18446744073709551615",
            "{\"date\":1}",
        ] {
            assert!(serde_json::from_str::<Timestamp>(other).is_err(), "{other}");
        }
    }
}
