//! First and last names.

use crate::error::Refusal;
use crate::form_text::{length_and_nul, trimmed};

/// The most code points of a first or last name.
const LONGEST: usize = 150;

/// A first or a last name: trimmed, perhaps empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// Reads a name from a form.
    ///
    /// # Errors
    /// What is wrong with it, in the order in which it is told.
    pub fn parse(text: &str) -> Result<Self, Vec<Refusal>> {
        let text = trimmed(text);
        let wrong = length_and_nul(text, LONGEST);
        if wrong.is_empty() {
            Ok(Self(text.to_owned()))
        } else {
            Err(wrong)
        }
    }

    /// Takes a name that was parsed before it was written to the database.
    #[must_use]
    pub fn from_stored(stored: &str) -> Self {
        Self(stored.to_owned())
    }

    /// The name as it is kept and shown.
    #[must_use]
    pub fn stored(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_may_be_empty() {
        assert_eq!(
            PersonName::parse("\u{3000}Anna  Maria\n").unwrap().stored(),
            "Anna  Maria"
        );
        assert_eq!(PersonName::parse(" \t ").unwrap(), PersonName::default());
    }

    #[test]
    fn a_name_has_at_most_150_code_points_after_trimming() {
        assert!(PersonName::parse(&format!(" {} ", "é".repeat(150))).is_ok());
        assert_eq!(
            PersonName::parse(&"é".repeat(151)),
            Err(vec![Refusal::MaxLength {
                limit: 150,
                length: 151
            }])
        );
    }

    #[test]
    fn nul_is_refused_after_the_length() {
        assert_eq!(PersonName::parse("a\0"), Err(vec![Refusal::NullCharacters]));
        assert_eq!(
            PersonName::parse(&"\0".repeat(151)),
            Err(vec![
                Refusal::MaxLength {
                    limit: 150,
                    length: 151
                },
                Refusal::NullCharacters
            ])
        );
    }
}
