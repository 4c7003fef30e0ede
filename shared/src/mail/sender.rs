//! Who mails come from.

use data_encoding::BASE64;

use crate::email_address::EmailAddress;

/// An address, perhaps with a name: `noreply@example.com` or `Example <noreply@example.com>`.
#[derive(Clone)]
pub struct Sender {
    name: Option<String>,
    address: EmailAddress,
}

/// An encoded word has at most 75 characters (RFC 2047), of which 12 are `=?UTF-8?B??=`.
const WORD_BYTES: usize = 45;

impl Sender {
    /// Reads a sender; none if it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>') {
            Some(rest) => {
                let (name, address) = rest.rsplit_once('<')?;
                (name.trim().trim_matches('"').trim(), address)
            }
            None => ("", text),
        };
        if name.contains(char::is_control) || name.contains(['<', '>', '"', '\\']) {
            return None;
        }
        let address = EmailAddress::parse(address).ok()?;
        Some(Self {
            name: (!name.is_empty()).then(|| name.to_owned()),
            address,
        })
    }

    /// The From header in seven bits: a name in other letters becomes encoded words.
    #[must_use]
    pub fn on_the_wire(&self) -> String {
        let address = self.address.on_the_wire();
        match &self.name {
            None => address,
            Some(name) if name.is_ascii() => format!("\"{name}\" <{address}>"),
            Some(name) => format!("{} <{address}>", encoded_words(name)),
        }
    }
}

fn encoded_words(name: &str) -> String {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        let is_full = |word: &String| word.len() + letter.len_utf8() > WORD_BYTES;
        if words.last().is_some_and(is_full) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    let encoded = words
        .iter()
        .map(|word| format!("=?UTF-8?B?{}?=", BASE64.encode(word.as_bytes())));
    encoded.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(text: &str) -> Option<String> {
        Sender::parse(text).map(|sender| sender.on_the_wire())
    }

    #[test]
    fn a_sender_is_an_address_perhaps_with_a_name() {
        assert_eq!(
            wire("noreply@example.com").as_deref(),
            Some("noreply@example.com")
        );
        assert_eq!(
            wire("Example, Inc. <noreply@example.com>").as_deref(),
            Some("\"Example, Inc.\" <noreply@example.com>")
        );
        assert_eq!(
            wire("Été <noreply@é.com>").as_deref(),
            Some("=?UTF-8?B?w4l0w6k=?= <noreply@xn--9ca.com>")
        );
        for text in [
            "",
            "Example",
            "Example <>",
            "a\r\nBcc: b <a@example.com>",
            "<b> <a@example.com>",
        ] {
            assert!(wire(text).is_none(), "{text:?}");
        }
    }
}
