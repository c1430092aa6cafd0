//! The languages of a client by the `Accept-Language` header (RFC 9110, section 12.5.4).

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

use crate::model::Locale;

/// The number of languages that are kept.
const MOST: usize = 5;

/// Returns the languages that the client accepts, the most preferred first. Parts that are
/// malformed are skipped, as are the wildcard and the languages that it does not accept.
pub(super) fn languages(headers: &HeaderMap) -> Vec<Locale> {
    let values = headers
        .get_all(ACCEPT_LANGUAGE)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let parts = values.flat_map(|value| value.split(','));
    let mut weighted: Vec<_> = parts
        .filter_map(language)
        .filter(|(weight, _)| *weight > 0.0)
        .collect();
    // A stable sort: of equal weights, the first is preferred.
    weighted.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    weighted.truncate(MOST);
    weighted.into_iter().map(|(_, locale)| locale).collect()
}

/// Returns the language of one part of the header with its weight.
fn language(part: &str) -> Option<(f32, Locale)> {
    let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
    let weight = match parameters.trim().split_once('=') {
        Some((name, weight)) if name.trim().eq_ignore_ascii_case("q") => {
            weight.trim().parse().ok()?
        }
        _ => 1.0,
    };
    Some((weight, Locale::parse(tag).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&'static str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(ACCEPT_LANGUAGE, value.parse().unwrap());
        }
        let found = languages(&headers);
        found.iter().map(|it| it.as_str().to_owned()).collect()
    }

    #[test]
    fn languages_are_in_the_order_of_preference() {
        assert_eq!(of(&["de-DE,de;q=0.9,en;q=0.8"]), ["de-DE", "de", "en"]);
        assert_eq!(of(&["en;q=0.2, fr ; Q=0.9", "es"]), ["es", "fr", "en"]);
        assert!(of(&[]).is_empty());
    }

    #[test]
    fn refused_and_malformed_languages_are_left_out() {
        assert_eq!(
            of(&["*, de;q=0, ../x, en;q=much, ,fr;q=NaN, es;q=0.1"]),
            ["es"]
        );
        assert_eq!(of(&["de,en,fr,es,it,pt,nl"]).len(), MOST);
    }
}
