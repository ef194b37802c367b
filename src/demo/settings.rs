//! What the shop is told when it starts: where to listen and where to send spans.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where the services listen and where their spans go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Address of the shop itself; port 0 takes a free one.
    pub shop: SocketAddr,
    /// Address of the pricing service; port 0 takes a free one.
    pub pricing: SocketAddr,
    /// Address of the payment service; port 0 takes a free one.
    pub payment: SocketAddr,
    /// Base URL of an OTLP/HTTP receiver; `/v1/traces` is added to it. Plain `http` only.
    pub otlp: String,
}

impl Default for Settings {
    fn default() -> Self {
        let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self {
            shop: local(4400),
            pricing: local(4401),
            payment: local(4402),
            otlp: "http://127.0.0.1:4318".to_owned(),
        }
    }
}

impl Settings {
    /// Free ports on this machine, and spans to `otlp`.
    #[must_use]
    pub fn anywhere(otlp: String) -> Self {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { shop: free, pricing: free, payment: free, otlp }
    }
}

/// An address under which a service that listens on `bound` can be asked: a service that listens
/// on every interface is asked on this machine's own.
pub(crate) fn reachable(bound: SocketAddr) -> SocketAddr {
    let address = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(address, bound.port())
}

/// The origin of a service, as a browser writes it.
pub(crate) fn origin(bound: SocketAddr) -> String {
    format!("http://{}", reachable(bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_on_every_interface_is_asked_on_loopback() {
        assert_eq!(origin("0.0.0.0:4400".parse().unwrap()), "http://127.0.0.1:4400");
        assert_eq!(origin("[::]:4400".parse().unwrap()), "http://[::1]:4400");
        assert_eq!(origin("192.0.2.7:80".parse().unwrap()), "http://192.0.2.7:80");
    }
}
