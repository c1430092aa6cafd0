//! Reads the headers in which proxies name the clients that they speak for.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use axum::http::header::{FORWARDED, HeaderName};

pub(super) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Returns the hops that proxies wrote down, the nearest last; `None` for one that cannot be read.
/// All lines of a header are one list. `Forwarded` (RFC 7239) is read only without an
/// `X-Forwarded-For`: a proxy that writes the one usually passes on what a client made up of the
/// other.
pub(super) fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = |name: HeaderName| {
        let values = headers.get_all(name).iter();
        let texts = values.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
        texts.collect::<Vec<String>>().join(",")
    };
    let list = lines(X_FORWARDED_FOR);
    if headers.contains_key(X_FORWARDED_FOR) {
        return list.split(',').map(address).collect();
    }
    if !headers.contains_key(FORWARDED) {
        return Vec::new();
    }
    let list = lines(FORWARDED);
    split_unquoted(&list, ',').map(forwarded_for).collect()
}

/// Returns the `for` of one element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut pairs = split_unquoted(element, ';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    address(value)
}

/// Returns the address of a hop: alone, in quotes, with a port, and IPv6 in brackets too.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim().trim_matches('"').trim();
    let bare = match hop.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            let is_port = |port: &str| port.starts_with(':') && port[1..].parse::<u16>().is_ok();
            (port.is_empty() || is_port(port)).then_some(address)?
        }
        None => hop,
    };
    // A zone says on which link a link-local address is; it names no other client.
    let bare = bare.split('%').next().unwrap_or_default();
    let address = bare
        .parse()
        .or_else(|_| bare.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

/// Splits a text at a separator, but not within quoted strings.
fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |character: char| {
        let is_escaped = std::mem::take(&mut escaped);
        match character {
            '\\' if quoted && !is_escaped => escaped = true,
            '"' if !is_escaped => quoted = !quoted,
            _ => {}
        }
        character == separator && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[(HeaderName, &str)]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name.clone(), value.parse().unwrap());
        }
        let shown = |hop: &Option<IpAddr>| hop.map_or("-".to_owned(), |it| it.to_string());
        hops(&headers).iter().map(shown).collect()
    }

    #[test]
    fn hop_is_read_in_every_form_in_use() {
        for (hop, address) in [
            ("203.0.113.9", "203.0.113.9"),
            (" 203.0.113.9:51234 ", "203.0.113.9"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("\"[2001:db8::7]:443\"", "2001:db8::7"),
            ("\"203.0.113.9\"", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("fe80::1%eth0", "fe80::1"),
            ("unknown", "-"),
            ("_hidden", "-"),
            ("[2001:db8::7", "-"),
            ("[2001:db8::7]x", "-"),
            ("", "-"),
        ] {
            assert_eq!(read(&[(X_FORWARDED_FOR, hop)]), [address], "{hop}");
        }
    }

    #[test]
    fn several_lines_are_one_list() {
        let lines = [
            (X_FORWARDED_FOR, "192.0.2.1"),
            (X_FORWARDED_FOR, "192.0.2.2, 192.0.2.3"),
        ];
        assert_eq!(read(&lines), ["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
    }

    #[test]
    fn forwarded_is_read_where_it_is_the_only_one() {
        let forwarded = "for=192.0.2.43;proto=https, For=\"[2001:db8::7]:47011\";by=\"a,b;for=1.1.1.1\", for=unknown";
        assert_eq!(
            read(&[(FORWARDED, forwarded)]),
            ["192.0.2.43", "2001:db8::7", "-"]
        );
        let both = [
            (FORWARDED, "for=192.0.2.43"),
            (X_FORWARDED_FOR, "192.0.2.1"),
        ];
        assert_eq!(read(&both), ["192.0.2.1"]);
    }
}
