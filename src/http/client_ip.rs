//! Who is request, by address: the peer, or whom a proxy that the operator trusts says it speaks for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::forwarded;
use crate::accounts::Client;

/// The networks whose forwarding headers are believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Arc<[IpNet]>);

impl TrustedProxies {
    /// These, and whatever is on this machine: who speaks for everybody, whether or not its word is taken.
    #[must_use]
    pub fn and_this_machine(&self) -> Self {
        let here = [
            Ipv4Net::new_assert(Ipv4Addr::LOCALHOST, 8).into(),
            Ipv6Net::from(Ipv6Addr::LOCALHOST).into(),
        ];
        Self(self.0.iter().copied().chain(here).collect())
    }

    /// The client behind a request.
    pub(super) fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> Client {
        let user_agent = headers
            .get(USER_AGENT)
            .and_then(|it| it.to_str().ok())
            .map(str::to_owned);
        Client {
            ip: self.address(peer.ip(), headers),
            user_agent,
        }
    }

    /// Each proxy appends whom it heard from, so the list is read from its end, as long as trusted proxies wrote it. What
    /// stands before the first stranger is that stranger's word, and is not read.
    fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let hops = forwarded::hops(headers);
        let mut client = peer.to_canonical();
        for hop in hops.iter().rev() {
            if !self.trusts(client) {
                break;
            }
            let Some(address) = hop else { break };
            client = *address;
        }
        client
    }

    pub(super) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::forwarded::X_FORWARDED_FOR;
    use super::*;

    fn address(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "2001:db8:a::/48"].map(|network| network.parse().unwrap());
        let mut headers = HeaderMap::new();
        for list in forwarded {
            headers.append(X_FORWARDED_FOR, list.parse().unwrap());
        }
        TrustedProxies(trusted.into())
            .address(peer.parse().unwrap(), &headers)
            .to_string()
    }

    #[test]
    fn a_stranger_is_who_it_is_whatever_it_says() {
        assert_eq!(address("192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(address("192.0.2.1", &["10.0.0.1, 10.0.0.2"]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_says_for_whom_it_speaks() {
        assert_eq!(address("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(
            address("::ffff:10.0.0.1", &["203.0.113.9:1234"]),
            "203.0.113.9"
        );
        assert_eq!(
            address("2001:db8:a::1", &["[2001:db8::7]:443"]),
            "2001:db8::7"
        );
        assert_eq!(address("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_a_client_made_up_before_the_proxies_is_not_believed() {
        assert_eq!(
            address("10.0.0.1", &["127.0.0.1, 203.0.113.9, 10.0.0.2"]),
            "203.0.113.9"
        );
        assert_eq!(
            address("10.0.0.1", &["127.0.0.1", "203.0.113.9"]),
            "203.0.113.9"
        );
        assert_eq!(
            address("10.0.0.1", &["127.0.0.1, nonsense, 10.0.0.2"]),
            "10.0.0.2"
        );
    }
}
