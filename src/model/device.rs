//! Devices, as far as a request describes them.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Origin, device_name, ip_text};

/// The description of a device in a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// The `User-Agent` header, cleaned and truncated.
    pub user_agent: Option<String>,
    /// The client's IP address.
    #[serde(default, with = "ip_text")]
    pub ip_address: Option<IpAddr>,
}

impl Device {
    /// Returns the device's name, such as `Firefox on Linux`, or `None` if the header names nothing
    /// known.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let (browser, system) = self.browser_and_system();
        match (browser, system) {
            (Some(browser), Some(system)) => Some(format!("{browser} on {system}")),
            (one, other) => one.or(other).map(str::to_owned),
        }
    }

    /// Returns what an email may say of the device: nothing of it is copied from the header.
    #[must_use]
    pub fn origin(&self) -> Origin {
        let (browser, system) = self.browser_and_system();
        Origin {
            browser: browser.map(str::to_owned),
            system: system.map(str::to_owned),
            ip_address: self.ip_address,
        }
    }

    fn browser_and_system(&self) -> (Option<&'static str>, Option<&'static str>) {
        self.user_agent
            .as_deref()
            .map_or((None, None), device_name::of)
    }

    /// Returns a text that stays the same for the same device: its name, and its provider's network
    /// rather than its IP address, which changes by itself.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let name = self
            .name()
            .or_else(|| self.user_agent.clone())
            .unwrap_or_default();
        let network = match self.ip_address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => format!("{}.{}", address.octets()[0], address.octets()[1]),
            Some(IpAddr::V6(address)) => {
                format!("{:x}:{:x}", address.segments()[0], address.segments()[1])
            }
            None => String::new(),
        };
        format!("{network} {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_fingerprint_survives_updates_and_address_changes() {
        let device = |version: &str, address: &str| Device {
            user_agent: Some(format!(
                "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/{version}"
            )),
            ip_address: Some(address.parse().unwrap()),
        };
        let fingerprint = device("145.0", "192.0.2.1").fingerprint();
        assert_eq!(device("146.0", "192.0.77.9").fingerprint(), fingerprint);
        assert_ne!(device("145.0", "198.51.100.1").fingerprint(), fingerprint);
        assert_ne!(
            Device {
                user_agent: Some("curl/8".to_owned()),
                ..device("1", "192.0.2.1")
            }
            .fingerprint(),
            fingerprint
        );
    }
}
