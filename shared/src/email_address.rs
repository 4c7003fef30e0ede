//! E-mail addresses: what one looks like, and when two are the same.

mod syntax;

use std::fmt;

use crate::error::Refusal;
use crate::form_text::{length_and_nul, trimmed};

/// The most code points of an address.
const LONGEST: usize = 254;

/// An e-mail address of the syntax that accounts may have.
///
/// It has no equality: two addresses are the same when their [`form`](Self::form)s are.
#[derive(Clone)]
pub struct EmailAddress {
    stored: String,
    form: String,
}

impl EmailAddress {
    /// Reads an address from a form.
    ///
    /// # Errors
    /// What is wrong with it, in the order in which it is told: syntax, length, NUL.
    pub fn parse(text: &str) -> Result<Self, Vec<Refusal>> {
        let text = trimmed(text);
        if text.is_empty() {
            return Err(vec![Refusal::Required]);
        }
        let (local, domain) = split(text);
        let domain = domain.map(lower_cased_domain);
        let fits = domain
            .as_deref()
            .is_some_and(|domain| syntax::is_local_part(local) && syntax::is_domain(domain));
        let mut wrong = length_and_nul(text, LONGEST);
        if !fits {
            wrong.insert(0, Refusal::InvalidEmail);
        }
        match domain {
            Some(domain) if wrong.is_empty() => Ok(Self::from_stored(&format!("{local}@{domain}"))),
            _ => Err(wrong),
        }
    }

    /// Takes an address that was parsed before it was written to the database.
    #[must_use]
    pub fn from_stored(stored: &str) -> Self {
        Self {
            stored: stored.to_owned(),
            form: comparison_form(stored),
        }
    }

    /// The address as it is kept, shown and written to: its domain lower-cased, the rest as given.
    #[must_use]
    pub fn stored(&self) -> &str {
        &self.stored
    }

    /// What is compared: see [`comparison_form`].
    #[must_use]
    pub fn form(&self) -> &str {
        &self.form
    }

    /// The stored address for the mail provider, its domain in ASCII.
    #[must_use]
    pub fn on_the_wire(&self) -> String {
        let (local, domain) = split(&self.stored);
        match domain.and_then(syntax::in_ascii) {
            Some(domain) => format!("{local}@{domain}"),
            None => self.stored.clone(),
        }
    }
}

impl fmt::Debug for EmailAddress {
    /// Keeps the address out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(..)")
    }
}

/// What an address is looked up by, for any text that a stranger may send: trimmed, lower-cased,
/// and the domain in its `xn--` spelling where it has one.
///
/// The form of a form is itself.
#[must_use]
pub fn comparison_form(text: &str) -> String {
    let (local, domain) = split(trimmed(text));
    let local = local.to_lowercase();
    let Some(domain) = domain.map(lower_cased_domain) else {
        return local;
    };
    match syntax::in_ascii(&domain) {
        Some(ascii) => format!("{local}@{ascii}"),
        None => format!("{local}@{domain}"),
    }
}

/// Splits at the last `@`; there is no domain where there is none.
fn split(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once('@') {
        Some((local, domain)) => (local, Some(domain)),
        None => (text, None),
    }
}

/// Lower-cases each character alone: `str::to_lowercase` knows a final sigma, which is another
/// letter than sigma in a domain, so upper and lower case would name different domains.
fn lower_cased_domain(domain: &str) -> String {
    domain.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    fn stored(text: &str) -> String {
        EmailAddress::parse(text).unwrap().stored().to_owned()
    }

    fn wrong(text: &str) -> Vec<Refusal> {
        EmailAddress::parse(text).unwrap_err()
    }

    fn characters_that_change() -> impl Iterator<Item = char> {
        let changes = |c: &char| c.to_lowercase().ne([*c]) || c.nfkc().ne([*c]);
        ('\0'..'\u{30000}').filter(changes)
    }

    #[test]
    fn an_address_is_stored_trimmed_with_its_domain_lower_cased() {
        assert_eq!(stored("\u{a0}Luke.S+x@Rebels.ORG\n"), "Luke.S+x@rebels.org");
        assert_eq!(stored("a@ÉCOLE.fr"), "a@école.fr");
    }

    #[test]
    fn the_forms_of_one_address_in_many_spellings_are_equal() {
        for text in [
            "a@école.fr",
            " A@ÉCOLE.FR",
            "a@e\u{301}cole.fr",
            "a@xn--cole-9oa.fr",
            "A@XN--COLE-9OA.fr",
        ] {
            assert_eq!(
                EmailAddress::parse(text).unwrap().form(),
                "a@xn--cole-9oa.fr"
            );
            assert_eq!(comparison_form(text), "a@xn--cole-9oa.fr");
        }
        assert_eq!(comparison_form("a@ΑΣ-Α.gr"), comparison_form("a@ασ-α.gr"));
    }

    #[test]
    fn any_text_has_a_form_and_the_form_of_a_form_is_itself() {
        let texts = [
            "",
            "@",
            " A ",
            "A@B",
            "É@É",
            "İ@İ.com",
            "Σ@Σ",
            "a@b@C",
            "a@e\u{ad}.com",
            "a@ｅ。com",
            "a@\u{ad}",
            "a@[::FFFF]",
            "a@\u{3000}",
            "a@b \u{2028}@",
            "a@xn--\u{e9}.com",
            "ΑΣ",
            "a@-é-.x",
        ];
        for text in texts {
            let form = comparison_form(text);
            assert_eq!(comparison_form(&form), form, "{text:?}");
        }
        for c in characters_that_change() {
            let form = comparison_form(&format!("{c}@{c}e.com"));
            assert_eq!(comparison_form(&form), form, "{c:?}");
        }
    }

    #[test]
    fn the_form_of_a_stored_address_is_the_form_it_was_parsed_with() {
        for c in characters_that_change() {
            let text = format!("a@{c}E.com");
            let Ok(address) = EmailAddress::parse(&text) else {
                continue;
            };
            assert_eq!(
                EmailAddress::from_stored(address.stored()).form(),
                address.form()
            );
            assert_eq!(comparison_form(&text), address.form());
            assert!(
                address.form().is_ascii() && address.on_the_wire().is_ascii(),
                "{c:?}"
            );
        }
    }

    #[test]
    fn on_the_wire_a_domain_is_ascii_and_the_local_part_is_as_given() {
        assert_eq!(
            EmailAddress::from_stored("Luke@é.com").on_the_wire(),
            "Luke@xn--9ca.com"
        );
        assert_eq!(
            EmailAddress::from_stored("Luke@e.com").on_the_wire(),
            "Luke@e.com"
        );
    }

    #[test]
    fn nothing_but_white_space_is_required_alone() {
        assert_eq!(wrong(""), [Refusal::Required]);
        assert_eq!(wrong(" \u{2003}\n"), [Refusal::Required]);
    }

    #[test]
    fn syntax_length_and_nul_are_told_together_in_this_order() {
        let local = "a".repeat(249);
        assert!(EmailAddress::parse(&format!(" {local}@e.co ")).is_ok());
        let too_long = Refusal::MaxLength {
            limit: 254,
            length: 255,
        };
        assert_eq!(wrong(&format!("{local}a@e.co")), [too_long]);
        assert_eq!(
            wrong("a\0@e.co"),
            [Refusal::InvalidEmail, Refusal::NullCharacters]
        );
        assert_eq!(
            wrong(&"\0".repeat(255)),
            [Refusal::InvalidEmail, too_long, Refusal::NullCharacters]
        );
    }

    #[test]
    fn a_huge_address_is_judged_at_once() {
        let labels: String = (0..20_000)
            .filter_map(|c| char::from_u32(0x4e00 + c))
            .collect();
        assert!(wrong(&format!("a@{labels}.com")).contains(&Refusal::InvalidEmail));
        assert_eq!(wrong(&format!("a@{}com", "é.".repeat(20_000))).len(), 1);
    }

    #[test]
    fn an_address_is_not_printed_for_debugging() {
        let address = EmailAddress::parse("luke@rebels.org").unwrap();
        assert_eq!(format!("{address:?}"), "EmailAddress(..)");
    }
}
