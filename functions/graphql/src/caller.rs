//! Who is asking: the access token in a header, and the network the request comes from.

use std::net::IpAddr;
use std::sync::{Mutex, Once, PoisonError};

use http::HeaderMap;
use http::header::USER_AGENT;
use shared::app::App;
use shared::flows::{Caller, Identity};
use shared::network::{Client, Network};

/// The longest user agent that is worth keeping with a session, in characters.
const LONGEST_USER_AGENT: usize = 200;

/// Who is asking, for all acts of one document: they share one identity, which a login changes.
pub struct SharedCaller {
    identity: Mutex<Option<Identity>>,
    client: Client,
}

impl SharedCaller {
    /// Reads the headers. Costs no call: whether the account stands by the token is seen when an
    /// act needs to know.
    #[must_use]
    pub fn new(app: &App, headers: &HeaderMap, source: IpAddr) -> Self {
        let claims = access_token(app, headers)
            .and_then(|token| app.access.verify(token, app.clock.now()).ok());
        let identity = claims.map(|claims| Identity {
            account: claims.sub,
            epoch: claims.epoch,
        });
        let user_agent = headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok());
        let client = Client {
            network: Network::of(address(app, headers, source)),
            user_agent: user_agent.map(|text| text.chars().take(LONGEST_USER_AGENT).collect()),
        };
        Self {
            identity: Mutex::new(identity),
            client,
        }
    }

    /// As whom the next act runs.
    #[must_use]
    pub fn now(&self) -> Caller {
        let identity = *self.identity.lock().unwrap_or_else(PoisonError::into_inner);
        Caller {
            identity,
            client: self.client.clone(),
        }
    }

    /// The rest of the document runs as this account.
    pub fn becomes(&self, identity: Identity) {
        *self.identity.lock().unwrap_or_else(PoisonError::into_inner) = Some(identity);
    }
}

/// The token of a header that has exactly two words, of which the first is the prefix.
fn access_token<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    let settings = &app.settings.access;
    let mut values = headers.get_all(settings.header_name.as_str()).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let mut words = value.to_str().ok()?.split_whitespace();
    let (prefix, token, None) = (words.next()?, words.next()?, words.next()) else {
        return None;
    };
    let is_prefix = [settings.header_prefix.as_str(), "Bearer"]
        .iter()
        .any(|allowed| prefix.eq_ignore_ascii_case(allowed));
    is_prefix.then_some(token)
}

/// The address of the caller: the gateway's source, or what the trusted proxies say.
fn address(app: &App, headers: &HeaderMap, source: IpAddr) -> IpAddr {
    let entries = forwarded_for(headers);
    let proxies = app.settings.limits.trusted_proxies;
    if proxies == 0 {
        warn_of_proxies(&entries, source);
    }
    behind(proxies, &entries, source)
}

/// The entries of all such headers, each by itself: the bytes of a bad one must not hide the others.
fn forwarded_for(headers: &HeaderMap) -> Vec<&str> {
    let values = headers.get_all("x-forwarded-for").iter();
    let entries = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let text = |entry| std::str::from_utf8(entry).unwrap_or("no text");
    entries.map(|entry| text(entry).trim()).collect()
}

/// The entry so many places left of the source.
fn behind(proxies: usize, entries: &[&str], source: IpAddr) -> IpAddr {
    let parsed = |entry: &&str| {
        entry
            .parse::<IpAddr>()
            .ok()
            .map(|address| address.to_canonical())
    };
    let source = source.to_canonical();
    let entries = match entries.split_last() {
        Some((last, rest)) if parsed(last) == Some(source) => rest,
        _ => entries,
    };
    match proxies
        .checked_sub(1)
        .and_then(|before| entries.iter().rev().nth(before))
    {
        Some(entry) => parsed(entry).unwrap_or(source),
        None => source,
    }
}

/// Limits that look at a proxy's address hold everybody behind it together, so that is said once.
fn warn_of_proxies(entries: &[&str], source: IpAddr) {
    static ONCE: Once = Once::new();
    if entries.iter().any(|entry| entry.parse() != Ok(source)) {
        ONCE.call_once(|| {
            tracing::warn!(
                "requests carry X-Forwarded-For entries besides the gateway's source address: if a proxy of yours \
                 stands in front of the gateway, set TRUSTED_PROXIES, or its clients share their limits"
            );
        });
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn seen(proxies: usize, header: &str) -> String {
        seen_in(proxies, &[header.as_bytes()])
    }

    fn seen_in(proxies: usize, values: &[&[u8]]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = HeaderValue::from_bytes(value).expect("a header value");
            headers.append("x-forwarded-for", value);
        }
        let source = "192.0.2.1".parse().expect("an address");
        behind(proxies, &forwarded_for(&headers), source).to_string()
    }

    #[test]
    fn without_trusted_proxies_the_header_is_not_believed() {
        assert_eq!(seen(0, "198.51.100.7, 203.0.113.9"), "192.0.2.1");
    }

    #[test]
    fn one_trusted_proxy_is_believed_about_its_caller_and_nobody_else() {
        assert_eq!(
            seen(1, "198.51.100.7, 203.0.113.9, 192.0.2.1"),
            "203.0.113.9"
        );
        assert_eq!(seen(1, "198.51.100.7, 203.0.113.9"), "203.0.113.9");
        assert_eq!(seen(2, "198.51.100.7, 203.0.113.9"), "198.51.100.7");
    }

    #[test]
    fn a_list_that_is_too_short_or_no_address_gives_the_source() {
        assert_eq!(seen(1, ""), "192.0.2.1");
        assert_eq!(seen(1, "192.0.2.1"), "192.0.2.1");
        assert_eq!(seen(1, "unknown"), "192.0.2.1");
        assert_eq!(seen(3, "198.51.100.7, 203.0.113.9"), "192.0.2.1");
    }

    #[test]
    fn an_entry_that_is_no_text_does_not_hide_what_the_proxy_has_added() {
        for bad in [b"\xff".as_slice(), b"\xc3\xa9", b"203.0.113.\xff9"] {
            let folded = [bad, b", 203.0.113.9"].concat();
            assert_eq!(seen_in(1, &[&folded]), "203.0.113.9");
            assert_eq!(seen_in(1, &[bad, b"203.0.113.9"]), "203.0.113.9");
            assert_eq!(seen_in(2, &[&folded]), "192.0.2.1");
            assert_eq!(seen_in(1, &[b"203.0.113.9", bad]), "192.0.2.1");
        }
    }
}
