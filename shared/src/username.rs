//! Usernames: what one looks like, and when two are the same.
//!
//! A registration judges the field among the other fields and the characters after all of them,
//! hence two stages; [`Username::parse`] is both.

use unicode_normalization::UnicodeNormalization;

use crate::error::Refusal;
use crate::form_text::{is_letter_or_number, length_and_nul, trimmed};

/// The most code points of a username.
const LONGEST: usize = 150;

/// A username that fits its field; its characters are not judged yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsernameField(String);

impl UsernameField {
    /// Reads a username from a form: trimmed, NFKC-normalised, neither empty nor too long.
    ///
    /// # Errors
    /// What is wrong with the field, in the order in which it is told.
    pub fn parse(text: &str) -> Result<Self, Vec<Refusal>> {
        let text: String = trimmed(text).nfkc().collect();
        if text.is_empty() {
            return Err(vec![Refusal::Required]);
        }
        let wrong = length_and_nul(&text, LONGEST);
        if wrong.is_empty() {
            Ok(Self(text))
        } else {
            Err(wrong)
        }
    }

    /// The text so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Judges the characters.
    ///
    /// # Errors
    /// [`Refusal::InvalidUsername`] for a character that usernames do not have.
    pub fn into_username(self) -> Result<Username, Refusal> {
        let fits = |c| is_letter_or_number(c) || matches!(c, '_' | '.' | '@' | '+' | '-');
        if self.0.chars().all(fits) {
            Ok(Username::from_stored(&self.0))
        } else {
            Err(Refusal::InvalidUsername)
        }
    }
}

/// A username of the syntax that accounts may have.
///
/// It has no equality: two usernames are the same when their [`form`](Self::form)s are.
#[derive(Debug, Clone)]
pub struct Username {
    stored: String,
    form: String,
}

impl Username {
    /// Reads a username from a form, field and characters.
    ///
    /// # Errors
    /// What is wrong with it. The characters are judged only when the field is right.
    pub fn parse(text: &str) -> Result<Self, Vec<Refusal>> {
        UsernameField::parse(text)?
            .into_username()
            .map_err(|refusal| vec![refusal])
    }

    /// Takes a username that was parsed before it was written to the database.
    #[must_use]
    pub fn from_stored(stored: &str) -> Self {
        Self {
            stored: stored.to_owned(),
            form: comparison_form(stored),
        }
    }

    /// The username as it is kept and shown.
    #[must_use]
    pub fn stored(&self) -> &str {
        &self.stored
    }

    /// What is compared: see [`comparison_form`].
    #[must_use]
    pub fn form(&self) -> &str {
        &self.form
    }
}

/// What a username is looked up by, for any text that a stranger may send: trimmed,
/// NFKC-normalised and lower-cased.
///
/// The form of a form is itself. One round does not promise that: lower-casing can undo the
/// normalisation, and the normalisation can bring white space to the start.
#[must_use]
pub fn comparison_form(text: &str) -> String {
    let mut form = text.to_owned();
    loop {
        let next = trimmed(&form).nfkc().collect::<String>().to_lowercase();
        if next == form {
            return form;
        }
        form = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Vec<Refusal> {
        Username::parse(text).unwrap_err()
    }

    #[test]
    fn a_username_is_stored_trimmed_and_normalised_but_in_its_own_case() {
        assert_eq!(
            Username::parse(" \u{3000}Ｌｕｋｅ\u{fb01}\n")
                .unwrap()
                .stored(),
            "Lukefi"
        );
        assert_eq!(
            Username::parse("Ame\u{301}lie").unwrap().stored(),
            "Am\u{e9}lie"
        );
    }

    #[test]
    fn the_forms_of_one_username_in_many_spellings_are_equal() {
        for text in [
            "amélie",
            "AMÉLIE",
            " Ame\u{301}lie ",
            "ＡＭÉＬＩＥ",
            "𝐀mélie",
        ] {
            assert_eq!(Username::parse(text).unwrap().form(), "am\u{e9}lie");
            assert_eq!(comparison_form(text), "am\u{e9}lie");
        }
    }

    #[test]
    fn the_form_of_a_form_is_itself() {
        let changes = |c: &char| c.to_lowercase().ne([*c]) || c.nfkc().ne([*c]);
        for c in ('\0'..'\u{30000}').filter(changes) {
            for text in [
                format!("{c}"),
                format!("A{c}\u{301}"),
                format!("{c}\u{345}{c}"),
                format!("\u{130}{c}"),
            ] {
                let form = comparison_form(&text);
                assert_eq!(comparison_form(&form), form, "{text:?}");
            }
        }
    }

    #[test]
    fn letters_and_numbers_of_every_script_and_five_signs_are_allowed() {
        for text in ["_.@+-", "中文", "Ω٣", "²x", "Ⅷ", "a", "अ"] {
            assert!(Username::parse(text).is_ok(), "{text}");
        }
        for text in [
            "½",
            "a b",
            "a/b",
            "a\u{200d}b",
            "a!",
            "नि",
            "\u{1f600}",
            "\u{a8}a",
            "a\tb",
            "a\u{64b}",
        ] {
            assert_eq!(wrong(text), [Refusal::InvalidUsername], "{text}");
        }
    }

    #[test]
    fn nothing_but_white_space_is_required_alone() {
        assert_eq!(wrong(" \u{a0}\u{1f}"), [Refusal::Required]);
    }

    #[test]
    fn length_is_counted_after_normalising() {
        assert!(Username::parse(&"e\u{301}".repeat(150)).is_ok());
        let too_long = |length| Refusal::MaxLength { limit: 150, length };
        assert_eq!(wrong(&"a".repeat(151)), [too_long(151)]);
        assert_eq!(wrong(&"\u{fb01}".repeat(100)), [too_long(200)]);
    }

    #[test]
    fn the_characters_are_judged_only_when_the_field_is_right() {
        let too_long = Refusal::MaxLength {
            limit: 150,
            length: 152,
        };
        assert_eq!(wrong(&format!("{}!", "a".repeat(151))), [too_long]);
        assert_eq!(wrong("a!\0"), [Refusal::NullCharacters]);
        assert_eq!(
            wrong(&"a\0".repeat(76)),
            [too_long, Refusal::NullCharacters]
        );
        assert_eq!(UsernameField::parse(" a! ").unwrap().text(), "a!");
    }
}
