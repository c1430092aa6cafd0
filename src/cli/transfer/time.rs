//! Times as exports write them.

use chrono::{DateTime, NaiveDateTime};
use serde_json::Value;

use crate::model::Timestamp;

/// The smallest number that is one of milliseconds: as seconds it would lie in the year 5138.
const MILLIS_FROM: i64 = 100_000_000_000;

/// Reads a time: RFC 3339, a text of SQL, a number of seconds or milliseconds, or `MongoDB`'s
/// extended JSON.
pub(super) fn of(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => of_text(text),
        Value::Number(number) => number.as_f64().map(of_number),
        Value::Object(object) => of(object.get("$date").or_else(|| object.get("$numberLong"))?),
        _ => None,
    }
}

/// Reads a time from text.
pub(super) fn of_text(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return Some(of_number(number));
    }
    // SQL writes a space before the time and leaves the minutes of a zone out.
    let mut rfc = text.replacen(' ', "T", 1);
    if rfc.len() > 3 && matches!(rfc.as_bytes()[rfc.len() - 3], b'+' | b'-') && rfc.contains(':') {
        rfc.push_str(":00");
    }
    let zoned = DateTime::parse_from_rfc3339(&rfc).map(|time| time.timestamp_millis());
    let naive = || NaiveDateTime::parse_from_str(&rfc, "%Y-%m-%dT%H:%M:%S%.f");
    let millis = zoned.or_else(|_| naive().map(|time| time.and_utc().timestamp_millis()));
    millis.ok().map(Timestamp::from_millis)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "times of people fit by far"
)]
fn of_number(number: f64) -> Timestamp {
    let whole = number as i64;
    Timestamp::from_millis(if whole.abs() < MILLIS_FROM {
        (number * 1000.0) as i64
    } else {
        whole
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_way_to_write_a_time_is_read() {
        let noon = Some(Timestamp::from_millis(1_771_416_000_000));
        for written in [
            json!("2026-02-18T12:00:00Z"),
            json!("2026-02-18T13:00:00.000+01:00"),
            json!("2026-02-18 12:00:00+00"),
            json!("2026-02-18 12:00:00.000000+00:00"),
            json!("2026-02-18 12:00:00"),
            json!("1771416000000"),
            json!(1_771_416_000),
            json!({ "$date": "2026-02-18T12:00:00Z" }),
            json!({ "$date": { "$numberLong": "1771416000000" } }),
        ] {
            assert_eq!(of(&written), noon, "{written}");
        }
        for not_a_time in [json!("yesterday"), json!(""), json!(null), json!([])] {
            assert_eq!(of(&not_a_time), None, "{not_a_time}");
        }
    }
}
