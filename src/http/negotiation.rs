//! What a client wants to be answered with: `Accept`, after RFC 9110, section 12.5.1.

use axum::http::header::{ACCEPT, HeaderValue};
use axum::http::{HeaderMap, StatusCode};

use super::request::HttpError;

/// The two media types of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status says whether anything was executed.
    GraphqlResponse,
    /// `application/json`: for clients that take any other status than 200 for a broken connection.
    Json,
}

const JSON: (&str, Option<MediaType>) = ("application/json", Some(MediaType::Json));
const GRAPHQL_RESPONSE: (&str, Option<MediaType>) = (
    "application/graphql-response+json",
    Some(MediaType::GraphqlResponse),
);
const PAGE: (&str, Option<MediaType>) = ("text/html", None);

impl MediaType {
    /// The one that the client likes best; without a wish, JSON.
    pub(super) fn accepted(headers: &HeaderMap) -> Result<Self, HttpError> {
        choose(headers, &[JSON, GRAPHQL_RESPONSE])
            .flatten()
            .ok_or(HttpError::new(
                StatusCode::NOT_ACCEPTABLE,
                "Answers are application/graphql-response+json or application/json.",
            ))
    }

    /// The one for an answer that cannot be refused any more.
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

/// Whether the client likes a page best: it is a browser.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    choose(headers, &[JSON, GRAPHQL_RESPONSE, PAGE]) == Some(None)
}

/// One of `Accept`'s ranges.
struct Range<'a> {
    essence: &'a str,
    /// In thousandths.
    weight: u16,
}

/// The best of what is offered: by weight, then by the client's order, then by ours. None where nothing is acceptable.
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
            let (_, place, range) = most_specific(&ranges, name)?;
            (range.weight > 0).then_some(((u16::MAX - range.weight, place, order), *offer))
        });
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, offer)| offer)
}

/// The range that decides about a media type, how specific it is, and where it stands.
fn most_specific<'a>(ranges: &'a [Range<'a>], name: &str) -> Option<(u8, usize, &'a Range<'a>)> {
    let matching = ranges
        .iter()
        .enumerate()
        .filter_map(|(place, range)| Some((range.matches(name)?, place, range)));
    // Of two that are as specific, the first.
    matching.min_by_key(|(specificity, place, _)| (u8::MAX - specificity, *place))
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

    /// How specific the range is, if the media type is in it.
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

/// A weight such as `0.75`. What is none is read as if it were not there.
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
    fn without_a_wish_an_answer_is_json() {
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
    fn the_heavier_weight_wins_and_then_the_earlier_place() {
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
    fn what_is_not_acceptable_is_not_sent() {
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
    fn a_browser_is_told_by_its_wish_for_a_page() {
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
