//! Cookies that a server sets on the way, as a browser would bring them back at the next hop: without
//! them, many a login redirects for ever. Knows no paths and no domains: a chain of redirects is short.

use trace::origin::Origin;

/// Hosts, with a cookie's name and value.
#[derive(Debug, Default)]
pub(super) struct Jar {
    cookies: Vec<(String, String, String)>,
}

/// More are not kept: no browser keeps more of a host.
const MOST: usize = 180;

impl Jar {
    /// Takes what a response sets.
    pub(super) fn take(&mut self, url: &str, headers: &[(String, String)]) {
        let Ok(Origin { host, .. }) = Origin::of(url) else { return };
        let set = headers.iter().filter(|(name, _)| name == "set-cookie");
        for (_, text) in set {
            let mut parts = text.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            self.cookies.retain(|(at, known, _)| (at.as_str(), known.as_str()) != (&*host, name));
            let gone = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
            if !gone && self.cookies.len() < MOST {
                self.cookies.push((host.clone(), name.to_owned(), value.to_owned()));
            }
        }
    }

    /// What goes to an address, `name=value` each.
    pub(super) fn of<'a>(&'a self, url: &str) -> impl Iterator<Item = String> + 'a {
        let host = Origin::of(url).map(|origin| origin.host).unwrap_or_default();
        let ours = self.cookies.iter().filter(move |(at, ..)| *at == host);
        ours.map(|(_, name, value)| format!("{name}={value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_goes_back_to_its_host_until_it_is_taken_away() {
        let mut jar = Jar::default();
        let mut set = |text: &str| {
            jar.take("http://h:1/a", &[("set-cookie".to_owned(), text.to_owned())]);
            jar.of("http://h:2/b").collect::<Vec<_>>()
        };
        assert_eq!(set("a=1; Path=/; HttpOnly"), ["a=1"]);
        assert_eq!(set("b=2=3"), ["a=1", "b=2=3"]);
        assert_eq!(set("a=; Max-Age=0"), ["b=2=3"]);
        assert_eq!(set("nothing"), ["b=2=3"]);
        assert_eq!(jar.of("http://other/").count(), 0);
    }
}
