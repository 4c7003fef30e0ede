//! The grammar of an address, each side of the `@` by itself.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

/// Dotted groups of plain characters, or a quoted string.
pub(super) fn is_local_part(local: &str) -> bool {
    local.split('.').all(is_atom) || is_quoted_string(local)
}

fn is_atom(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
}

/// Printable ASCII in double quotes, where a backslash excuses the character after it.
fn is_quoted_string(text: &str) -> bool {
    let Some(inside) = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return false;
    };
    let mut bytes = inside.bytes();
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'\\' => bytes
                .next()
                .is_some_and(|escaped| matches!(escaped, b' '..=b'~')),
            _ => byte.is_ascii_graphic() && byte != b'"',
        };
        if !fits {
            return false;
        }
    }
    true
}

/// A host name, `localhost`, or an IP address in square brackets; all of it lower-cased before.
pub(super) fn is_domain(domain: &str) -> bool {
    if let Some(literal) = domain
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return literal.parse::<Ipv4Addr>().is_ok() || literal.parse::<Ipv6Addr>().is_ok();
    }
    in_ascii(domain).is_some_and(|domain| domain == "localhost" || is_host_name(&domain))
}

fn is_host_name(domain: &str) -> bool {
    let Some((inner, last)) = domain.rsplit_once('.') else {
        return false;
    };
    let is_word = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    is_word(last)
        && last.len() >= 2
        && inner
            .split('.')
            .all(|label| is_word(label) && !label.starts_with('-'))
}

/// A lower-cased domain in its ASCII spelling; an ASCII domain is its own, whatever it says.
pub(super) fn in_ascii(domain: &str) -> Option<Cow<'_, str>> {
    if domain.is_ascii() {
        return Some(Cow::Borrowed(domain));
    }
    Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::Allow,
            DnsLength::Ignore,
        )
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_address(text: &str) -> bool {
        let (local, domain) = text.rsplit_once('@').unwrap();
        is_local_part(local) && is_domain(domain)
    }

    #[test]
    fn these_are_addresses() {
        let label = "a".repeat(63);
        for text in [
            "a@localhost",
            "a@[127.0.0.1]",
            "a@[::1]",
            "a@[::ffff:127.0.0.1]",
            "a@é.com",
            "a@é.中国",
            "a+tag@e.co",
            "a@e.c1",
            "a@e.-a",
            "a@1.2-3.com",
            "!#$%&'*+/=?^_`{|}~-.b@e.com",
            r#""a@b"@e.com"#,
            r#""a\ b\"c\\"@e.com"#,
            r#""a..b."@e.com"#,
            r#"""@e.com"#,
            &format!("a@{label}.{label}.com"),
        ] {
            assert!(is_address(text), "{text}");
        }
    }

    #[test]
    fn these_are_not() {
        let label = "a".repeat(64);
        for text in [
            "@e.com",
            "a@",
            "a@b",
            "a@b.c",
            "a..b@e.com",
            ".a@e.com",
            "a.@e.com",
            "é@e.com",
            "a@e.com.",
            "a@.com",
            "a@e..com",
            "a@-e.com",
            "a@e-.com",
            "a@e.com-",
            "a@e_e.com",
            "a@127.0.0.1",
            "a@[127.0.0.01]",
            "a@[127.0.0.1",
            "a@[é]",
            "a@[IPv6:::1]",
            "a@[::1%1]",
            "a b@e.com",
            "a@b@c.com",
            "a@é",
            "a@é.com。",
            r#""a b"@e.com"#,
            r#""a"b"@e.com"#,
            r#""a\"@e.com"#,
            r#""é"@e.com"#,
            "\"a\n\"@e.com",
            "\"\\\0\"@e.com",
            &format!("a@{label}.com"),
            &format!("a@{label}é.com"),
        ] {
            assert!(!is_address(text), "{text}");
        }
    }
}
