//! Where a request comes from, as far as limits and sessions look at it.

use std::net::{IpAddr, Ipv6Addr};

/// An IPv4 address, or the /64 of an IPv6 address. An IPv4 address in IPv6 clothes is IPv4.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(IpAddr::V4(address)),
            IpAddr::V6(address) => {
                let prefix = address.to_bits() >> 64 << 64;
                Self(IpAddr::V6(Ipv6Addr::from_bits(prefix)))
            }
        }
    }

    /// The bytes that counters digest.
    #[must_use]
    pub fn key(self) -> String {
        self.0.to_string()
    }

    /// What is kept with a session: the /24 of IPv4, the /48 of IPv6.
    #[must_use]
    pub fn truncated(self) -> String {
        match self.0 {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(address) => {
                format!("{}/48", Ipv6Addr::from_bits(address.to_bits() >> 80 << 80))
            }
        }
    }
}

/// The client of a request, as far as flows need to know.
#[derive(Clone)]
pub struct Client {
    /// Where it comes from.
    pub network: Network,
    /// What it calls itself, cut to a length worth keeping.
    pub user_agent: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(address: &str) -> String {
        Network::of(address.parse().expect("an address")).key()
    }

    #[test]
    fn an_ipv6_network_is_the_first_half_of_the_address() {
        assert_eq!(key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(key("2001:db8:1:2::9"), key("2001:db8:1:2:ffff::"));
    }

    #[test]
    fn an_ipv4_address_in_ipv6_clothes_is_the_ipv4_address() {
        assert_eq!(key("::ffff:192.0.2.7"), key("192.0.2.7"));
    }

    #[test]
    fn sessions_keep_a_truncated_address() {
        let network = Network::of("192.0.2.7".parse().expect("an address"));
        assert_eq!(network.truncated(), "192.0.2.0/24");
    }
}
