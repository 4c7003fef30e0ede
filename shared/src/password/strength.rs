//! How strong a password is.

use std::collections::HashMap;

use super::common_passwords::is_common;
use super::digits::is_digit;
use crate::error::{Refusal, Resembled};
use crate::form_text::{is_letter_or_number, trimmed};

/// The fewest code points of a password.
const SHORTEST: usize = 8;

/// What is known about the person, for a password should not be made of it.
///
/// What is absent or empty is not compared.
#[derive(Clone, Copy, Default)]
pub struct About<'a> {
    /// The username.
    pub username: Option<&'a str>,
    /// The first name.
    pub first_name: Option<&'a str>,
    /// The last name.
    pub last_name: Option<&'a str>,
    /// The primary e-mail address.
    pub email: Option<&'a str>,
}

/// One check of a password's strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Check {
    /// Not made of the person's own data.
    Similarity,
    /// At least eight code points.
    Length,
    /// Not on the list of common passwords.
    Common,
    /// Not digits only.
    Numeric,
}

impl Check {
    /// All of them, in the order in which failures are told.
    pub const ALL: [Self; 4] = [Self::Similarity, Self::Length, Self::Common, Self::Numeric];
}

/// Everything that makes the password weak, in a fixed order whatever the order of the checks.
///
/// The time it takes grows with the length of the password, not faster.
#[must_use]
pub fn weaknesses(password: &str, about: &About<'_>, checks: &[Check]) -> Vec<Refusal> {
    let fails = |check: Check| match check {
        Check::Similarity => resembled(password, about).map(Refusal::PasswordTooSimilar),
        Check::Length => (password.chars().count() < SHORTEST).then_some(Refusal::PasswordTooShort),
        Check::Common => {
            is_common(trimmed(&password.to_lowercase())).then_some(Refusal::PasswordTooCommon)
        }
        Check::Numeric => (!password.is_empty() && password.chars().all(is_digit))
            .then_some(Refusal::PasswordEntirelyNumeric),
    };
    Check::ALL
        .into_iter()
        .filter(|check| checks.contains(check))
        .filter_map(fails)
        .collect()
}

/// The first thing about the person that the password is too similar to.
fn resembled(password: &str, about: &About<'_>) -> Option<Resembled> {
    let password = Letters::of(&password.to_lowercase());
    let values = [
        (Resembled::Username, about.username),
        (Resembled::FirstName, about.first_name),
        (Resembled::LastName, about.last_name),
        (Resembled::Email, about.email),
    ];
    values.into_iter().find_map(|(name, value)| {
        let value = value?.to_lowercase();
        let pieces = value.split(|c| !is_letter_or_number(c) && c != '_');
        let alike = |text: &str| !text.is_empty() && password.is_like(text);
        (alike(&value) || pieces.into_iter().any(alike)).then_some(name)
    })
}

/// The characters of a text, counted, their order forgotten.
struct Letters {
    counts: HashMap<char, usize>,
    length: usize,
}

impl Letters {
    fn of(text: &str) -> Self {
        let mut counts = HashMap::new();
        let mut length = 0;
        for c in text.chars() {
            *counts.entry(c).or_default() += 1;
            length += 1;
        }
        Self { counts, length }
    }

    /// Whether twice the common characters are at least 7/10 of all characters of both.
    fn is_like(&self, text: &str) -> bool {
        let other = Self::of(text);
        let shared: usize = other
            .counts
            .iter()
            .map(|(c, count)| self.counts.get(c).map_or(0, |mine| *mine.min(count)))
            .sum();
        // In integers: a ratio of exactly 0.7 must count, and must not depend on rounding.
        20 * shared >= 7 * (self.length + other.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn similar(password: &str, about: About<'_>) -> Vec<Refusal> {
        weaknesses(password, &about, &[Check::Similarity])
    }

    fn username(name: &str) -> About<'_> {
        About {
            username: Some(name),
            ..About::default()
        }
    }

    fn all(password: &str) -> Vec<Refusal> {
        weaknesses(password, &About::default(), &Check::ALL)
    }

    #[test]
    fn a_password_like_the_username_is_refused_in_any_order_of_its_letters() {
        let refused = [Refusal::PasswordTooSimilar(Resembled::Username)];
        assert_eq!(similar("skywalker1", username("skywalker")), refused);
        assert_eq!(similar("SKYwalker1", username("skyWALKER")), refused);
        assert_eq!(similar("nikanaxy", username("anakin")), refused);
        assert_eq!(similar("lukeskywalker", username("luke")), []);
    }

    #[test]
    fn a_value_is_compared_whole_and_in_pieces() {
        let about = About {
            email: Some("anakin@jedi.org"),
            ..About::default()
        };
        let refused = [Refusal::PasswordTooSimilar(Resembled::Email)];
        assert_eq!(similar("anakin12", about), refused);
        assert_eq!(similar("anakinjediorg", about), refused);
        assert_eq!(similar("jedi", about), refused);
        assert_eq!(similar("tatooine", about), []);
        assert_eq!(similar("secret12", username("un_der_secret_score")), []);
    }

    #[test]
    fn a_ratio_of_exactly_seven_tenths_is_refused() {
        assert_eq!(similar("abcdefgxyz", username("abcdefghij")).len(), 1);
        assert_eq!(similar("abcdefgxyz1", username("abcdefghij")).len(), 0);
    }

    #[test]
    fn only_the_first_of_several_resemblances_is_told() {
        let name = Some("leia.organa");
        let about = About {
            username: Some(""),
            first_name: None,
            last_name: name,
            email: name,
        };
        let refused = [Refusal::PasswordTooSimilar(Resembled::LastName)];
        assert_eq!(similar("leiaorgana", about), refused);
        assert_eq!(
            similar(
                "leiaorgana",
                About {
                    first_name: Some("Organa"),
                    ..about
                }
            )
            .len(),
            1
        );
    }

    #[test]
    fn length_is_counted_in_code_points() {
        assert_eq!(
            all("\u{1f600}\u{1f601}\u{1f602}\u{1f603}"),
            [Refusal::PasswordTooShort]
        );
        assert_eq!(all(&"\u{1f600}".repeat(8)), []);
        assert_eq!(all("     ~x "), []);
    }

    #[test]
    fn a_common_password_is_refused_whatever_its_case_and_the_space_around_it() {
        assert_eq!(all("PASSWORD "), [Refusal::PasswordTooCommon]);
        assert_eq!(all("\u{3000}SkyWalker1"), [Refusal::PasswordTooCommon]);
    }

    #[test]
    fn digits_of_any_script_alone_are_refused() {
        assert_eq!(all("8462957103"), [Refusal::PasswordEntirelyNumeric]);
        assert_eq!(all("٣٤٥٦٧٨٩²③"), [Refusal::PasswordEntirelyNumeric]);
        assert_eq!(all("½½½½½½½½"), []);
        assert_eq!(all("ⅧⅧⅧⅧⅧⅧⅧⅧ"), []);
        assert_eq!(all("8462957103 "), []);
        assert_eq!(all(""), [Refusal::PasswordTooShort]);
    }

    #[test]
    fn all_weaknesses_are_told_in_order_and_checks_can_be_left_out() {
        let three = [
            Refusal::PasswordTooShort,
            Refusal::PasswordTooCommon,
            Refusal::PasswordEntirelyNumeric,
        ];
        assert_eq!(all("123456"), three);
        let mut backwards = Check::ALL;
        backwards.reverse();
        let told = weaknesses("123456", &username("1234567"), &backwards);
        assert_eq!(told[0], Refusal::PasswordTooSimilar(Resembled::Username));
        assert_eq!(told[1..], three);
        let some = [Check::Numeric, Check::Length];
        assert_eq!(
            weaknesses("123456", &About::default(), &some),
            [three[0], three[2]]
        );
        assert_eq!(weaknesses("123456", &About::default(), &[]), []);
    }

    #[test]
    fn a_huge_password_is_judged_at_once() {
        let password = "aé5 ".repeat(15_000);
        let many_pieces = "a.".repeat(75);
        assert_eq!(
            weaknesses(&password, &username(&many_pieces), &Check::ALL),
            []
        );
    }
}
