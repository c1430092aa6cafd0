//! Content negotiation by the `Accept` header (RFC 9110, section 12.5.1).

use axum::http::header::{ACCEPT, HeaderValue};
use axum::http::{HeaderMap, StatusCode};

use super::request::HttpError;

/// The media types of GraphQL responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphqlResponse,
    /// `application/json`: the status is 200, for clients that treat any other as a network error.
    Json,
}

const JSON: (&str, Option<MediaType>) = ("application/json", Some(MediaType::Json));
const GRAPHQL_RESPONSE: (&str, Option<MediaType>) = (
    "application/graphql-response+json",
    Some(MediaType::GraphqlResponse),
);
const PAGE: (&str, Option<MediaType>) = ("text/html", None);
const EVENT_STREAM: (&str, Option<MediaType>) = ("text/event-stream", None);

impl MediaType {
    /// Returns the client's preferred media type; without `Accept`, JSON.
    pub(super) fn accepted(headers: &HeaderMap) -> Result<Self, HttpError> {
        choose(headers, &[JSON, GRAPHQL_RESPONSE])
            .flatten()
            .ok_or(HttpError::new(
                StatusCode::NOT_ACCEPTABLE,
                "Responses are application/graphql-response+json or application/json.",
            ))
    }

    /// Returns the client's preferred media type, or JSON if it accepts neither: an error needs
    /// one, too.
    pub(super) fn preferred(headers: &HeaderMap) -> Self {
        Self::accepted(headers).unwrap_or(Self::Json)
    }

    pub(super) const fn header(self) -> HeaderValue {
        match self {
            Self::GraphqlResponse => {
                HeaderValue::from_static("application/graphql-response+json; charset=utf-8")
            }
            Self::Json => HeaderValue::from_static("application/json; charset=utf-8"),
        }
    }
}

/// Returns true if the client prefers HTML, as browsers do.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    choose(headers, &[JSON, GRAPHQL_RESPONSE, PAGE]) == Some(None)
}

/// Returns true if the client prefers an event stream.
pub(super) fn wants_event_stream(headers: &HeaderMap) -> bool {
    choose(headers, &[JSON, GRAPHQL_RESPONSE, EVENT_STREAM]) == Some(None)
}

/// A media range of an `Accept` header.
struct Range<'a> {
    essence: &'a str,
    /// The weight, in thousandths.
    weight: u16,
}

/// Chooses the best offer: by weight, then by the client's order, then by the server's. Returns
/// `None` if no offer is acceptable.
fn choose<T: Copy>(headers: &HeaderMap, offers: &[(&str, T)]) -> Option<T> {
    let values = headers
        .get_all(ACCEPT)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let parts = values
        .flat_map(|value| value.split(','))
        .filter(|part| !part.trim().is_empty());
    let ranges: Vec<Range> = parts.map(Range::parse).collect();
    if ranges.is_empty() {
        return offers.first().map(|(_, offer)| *offer);
    }
    let ranked = offers
        .iter()
        .enumerate()
        .filter_map(|(order, (name, offer))| {
            let (_, position, range) = most_specific(&ranges, name)?;
            (range.weight > 0).then_some(((u16::MAX - range.weight, position, order), *offer))
        });
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, offer)| offer)
}

/// Returns the range that applies to a media type, with its specificity and its position.
fn most_specific<'a>(ranges: &'a [Range<'a>], name: &str) -> Option<(u8, usize, &'a Range<'a>)> {
    let matching = ranges
        .iter()
        .enumerate()
        .filter_map(|(position, range)| Some((range.matches(name)?, position, range)));
    // The first one applies if two are equally specific.
    matching.min_by_key(|(specificity, position, _)| (u8::MAX - specificity, *position))
}

impl<'a> Range<'a> {
    fn parse(part: &'a str) -> Self {
        let mut parameters = part.split(';');
        let essence = parameters.next().unwrap_or_default().trim();
        let weight = parameters.find_map(|it| {
            let (name, value) = it.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
        });
        Self {
            essence,
            weight: weight.map_or(1000, thousandths),
        }
    }

    /// Returns the range's specificity if it contains the media type.
    fn matches(&self, name: &str) -> Option<u8> {
        let in_type = || {
            let (class, _) = name.split_once('/')?;
            self.essence
                .strip_suffix("/*")
                .filter(|it| it.eq_ignore_ascii_case(class))
        };
        if self.essence.eq_ignore_ascii_case(name) {
            return Some(2);
        }
        if self.essence == "*/*" {
            Some(0)
        } else {
            in_type().map(|_| 1)
        }
    }
}

/// Parses a weight such as `0.75`. A malformed weight is ignored.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !matches!(whole, "0" | "1") || fraction.len() > 3 || !digits(fraction) {
        return 1000;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().unwrap_or_default();
    if whole == "1" { 1000 } else { fraction }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(accept: &str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT, HeaderValue::from_str(accept).unwrap())])
    }

    fn accepted(accept: &str) -> Option<MediaType> {
        MediaType::accepted(&headers(accept)).ok()
    }

    #[test]
    fn client_without_preference_gets_json() {
        assert_eq!(
            MediaType::accepted(&HeaderMap::new()).unwrap(),
            MediaType::Json
        );
        for accept in [
            "",
            " , ",
            "*/*",
            "application/*",
            "*/*;q=0.1",
            "Application/JSON",
        ] {
            assert_eq!(accepted(accept), Some(MediaType::Json), "{accept}");
        }
    }

    #[test]
    fn higher_weight_wins_and_then_earlier_position() {
        for (accept, media_type) in [
            (
                "application/graphql-response+json, application/json",
                MediaType::GraphqlResponse,
            ),
            (
                "application/json, application/graphql-response+json",
                MediaType::Json,
            ),
            (
                "application/json;q=0.9, application/graphql-response+json",
                MediaType::GraphqlResponse,
            ),
            (
                "application/json;q=0.5,application/graphql-response+json;q=0.51",
                MediaType::GraphqlResponse,
            ),
            (
                "application/graphql-response+json; charset=utf-8; Q=0.4, */*;q=0.5",
                MediaType::Json,
            ),
            ("*/*, application/json;q=0", MediaType::GraphqlResponse),
            (
                "application/graphql-response+json;q=nonsense, application/json;q=0.9",
                MediaType::GraphqlResponse,
            ),
        ] {
            assert_eq!(accepted(accept), Some(media_type), "{accept}");
        }
    }

    #[test]
    fn unacceptable_media_types_are_never_chosen() {
        for accept in [
            "text/html",
            "application/json;q=0",
            "*/*;q=0",
            "*/*;q=0.000",
            "application/jsonp",
            "text/*",
        ] {
            assert_eq!(accepted(accept), None, "{accept}");
        }
    }

    #[test]
    fn browser_is_recognized_by_its_preference_for_html() {
        for accept in [
            "text/html",
            "text/html,application/xhtml+xml,*/*;q=0.8",
            "text/*, application/json;q=0.9",
        ] {
            assert!(wants_page(&headers(accept)), "{accept}");
        }
        for accept in [
            "*/*",
            "application/json, text/html",
            "text/html;q=0.1, application/json",
            "image/png",
            "",
        ] {
            assert!(!wants_page(&headers(accept)), "{accept}");
        }
        assert!(!wants_page(&HeaderMap::new()));
    }
}
