//! Writes a request's path as the routes have it.

use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// Rewrites a request's path: without the public URL's own path in front, without empty segments,
/// without a slash at the end. Client libraries add slashes, and proxies differ in whether they
/// take a prefix off.
pub(super) fn normalize(mut request: Request, prefix: &str) -> Request {
    if request.uri().path().ends_with('/') {
        request.extensions_mut().insert(TrailingSlash);
    }
    if let Some(uri) = normalized(request.uri(), prefix) {
        *request.uri_mut() = uri;
    }
    request
}

/// Marks a request whose path ended in a slash: relative addresses in a page would mean something
/// else there.
#[derive(Clone, Copy, Debug)]
pub(super) struct TrailingSlash;

/// Returns the URI with the path of a route. Returns `None` if it has one already.
fn normalized(uri: &Uri, prefix: &str) -> Option<Uri> {
    let path = uri.path();
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let joined: String = segments.flat_map(|segment| ["/", segment]).collect();
    let below = match joined.strip_prefix(prefix) {
        Some(below) if below.is_empty() || below.starts_with('/') => below,
        _ => &joined,
    };
    let route = if below.is_empty() { "/" } else { below };
    if route == path {
        return None;
    }
    let path_and_query = match uri.query() {
        Some(query) => format!("{route}?{query}"),
        None => route.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(path_and_query).ok();
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(uri: &str, prefix: &str) -> String {
        let uri: Uri = uri.parse().unwrap();
        normalized(&uri, prefix).unwrap_or(uri).to_string()
    }

    #[test]
    fn slashes_that_mean_nothing_are_dropped() {
        for (typed, route_is) in [
            ("/graphql", "/graphql"),
            ("/graphql/", "/graphql"),
            ("//graphql", "/graphql"),
            ("/health//live/?a=//b/", "/health/live?a=//b/"),
            ("/", "/"),
        ] {
            assert_eq!(route(typed, ""), route_is, "{typed}");
        }
    }

    #[test]
    fn prefix_of_the_public_url_is_taken_off() {
        for (typed, route_is) in [
            ("/accounts/graphql", "/graphql"),
            ("/accounts", "/"),
            ("/graphql", "/graphql"),
            ("/accountsgraphql", "/accountsgraphql"),
        ] {
            assert_eq!(route(typed, "/accounts"), route_is, "{typed}");
        }
    }
}
