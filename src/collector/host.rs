//! By which names requests may call us. A page whose domain was made to resolve to this machine
//! (DNS rebinding) is stopped here: its requests carry its own name, and no foreign `Origin`.

use hyper::Uri;
use hyper::header::{HOST, HeaderMap};

/// Names that mean this machine, whoever resolves them.
const OWN: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// The names that we answer to.
#[derive(Clone, Debug)]
pub(crate) struct Hosts {
    port: u16,
    more: Vec<String>,
}

impl Hosts {
    /// `more` are names with or without a port; without one, ours is meant.
    pub(crate) fn new(port: u16, more: &[String]) -> Self {
        Self { port, more: more.iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// The foreign name that a request calls us by, if it does. HTTP/1 has it in `Host`, HTTP/2 in
    /// `:authority`; where both are there, both must be ours.
    pub(crate) fn foreign(&self, uri: &Uri, headers: &HeaderMap) -> Option<String> {
        let mut names: Vec<&str> = headers
            .get_all(HOST)
            .iter()
            .map(|name| name.to_str().unwrap_or("(not text)"))
            .collect();
        if names.len() > 1 {
            return Some(names.join(", "));
        }
        names.extend(uri.authority().map(|authority| authority.as_str()));
        if names.is_empty() {
            return Some("(none)".to_owned());
        }
        names.into_iter().find(|name| !self.own(name)).map(str::to_owned)
    }

    fn own(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        if self.more.contains(&name) {
            return true;
        }
        // Port 80 is the one that a URL leaves out.
        let bare = match name.rsplit_once(':') {
            Some((bare, port)) if port.parse() == Ok(self.port) => bare,
            _ if self.port == 80 => &*name,
            _ => return false,
        };
        OWN.contains(&bare) || self.more.iter().any(|more| more == bare)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(host: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        let hosts = Hosts::new(4318, &["Host.Docker.Internal".to_owned(), "box:9".to_owned()]);
        hosts.foreign(&Uri::from_static("/healthz"), &headers)
    }

    #[test]
    fn this_machines_names_are_ours_in_any_case() {
        for host in [
            "127.0.0.1:4318",
            "localhost:4318",
            "LocalHost:4318",
            "[::1]:4318",
            "box:9",
            "host.docker.internal:4318",
        ] {
            assert_eq!(foreign(host), None, "{host}");
        }
    }

    #[test]
    fn every_other_name_is_foreign() {
        for host in [
            "attacker.example",
            "attacker.example:4318",
            "localhost",
            "localhost:4319",
            "localhost.:4318",
            "localhost:4318.attacker.example",
            "user@localhost:4318",
            "127.0.0.1.attacker.example:4318",
            "127.1:4318",
            "0.0.0.0:4318",
            "[::]:4318",
            "localhost:",
            ":4318",
            "",
            "box",
            "localhost:04318x",
        ] {
            assert!(foreign(host).is_some(), "{host}");
        }
    }

    #[test]
    fn two_hosts_and_none_are_foreign_and_an_absolute_address_counts_too() {
        let hosts = Hosts::new(4318, &[]);
        let mut headers = HeaderMap::new();
        let plain = Uri::from_static("/healthz");
        assert!(hosts.foreign(&plain, &headers).is_some());
        headers.append(HOST, "localhost:4318".parse().unwrap());
        assert_eq!(hosts.foreign(&plain, &headers), None);
        let absolute = Uri::from_static("http://attacker.example/healthz");
        assert_eq!(hosts.foreign(&absolute, &headers), Some("attacker.example".to_owned()));
        headers.append(HOST, "localhost:4318".parse().unwrap());
        assert!(hosts.foreign(&plain, &headers).is_some());
    }
}
