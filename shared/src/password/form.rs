//! The two fields of a new password.

use super::strength::{About, Check, weaknesses};
use crate::error::{Field, Refusal, Refusals};

/// Where the errors of the two fields go.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// The field of the first entry.
    pub first: Field,
    /// The field of the second entry, and of everything that is wrong with the password itself.
    pub second: Field,
}

impl Pair {
    /// The fields of a registration.
    pub const REGISTRATION: Self = Self {
        first: Field::Password1,
        second: Field::Password2,
    };
    /// The fields of a new password for an account that exists.
    pub const NEW_PASSWORD: Self = Self {
        first: Field::NewPassword1,
        second: Field::NewPassword2,
    };
}

/// Judges the whole form: the fields, then the strength.
pub fn check_new_password(
    (first, second): (&str, &str),
    pair: Pair,
    about: &About<'_>,
    checks: &[Check],
    refusals: &mut Refusals,
) {
    check_fields((first, second), pair, refusals);
    check_strength(second, pair, about, checks, refusals);
}

/// Both entries are there, without NUL, and equal.
///
/// An empty entry has no other error, and is not compared.
pub fn check_fields((first, second): (&str, &str), pair: Pair, refusals: &mut Refusals) {
    for (entry, field) in [(first, pair.first), (second, pair.second)] {
        if entry.is_empty() {
            refusals.push(field, Refusal::Required);
        } else if entry.contains('\0') {
            refusals.push(field, Refusal::NullCharacters);
        }
    }
    if !first.is_empty() && !second.is_empty() && first != second {
        refusals.push(pair.second, Refusal::PasswordMismatch);
    }
}

/// The second entry is strong; judged only when nothing is wrong with its field so far.
///
/// The first entry does not matter: beside an empty one a weak second is told all the same.
pub fn check_strength(
    second: &str,
    pair: Pair,
    about: &About<'_>,
    checks: &[Check],
    refusals: &mut Refusals,
) {
    if !refusals.has(pair.second) {
        refusals.extend(pair.second, weaknesses(second, about, checks));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRONG: &str = "qlr4nq3f3";

    fn errors(first: &str, second: &str) -> Vec<(Field, Refusal)> {
        let mut refusals = Refusals::default();
        let pair = Pair::NEW_PASSWORD;
        check_new_password(
            (first, second),
            pair,
            &About::default(),
            &Check::ALL,
            &mut refusals,
        );
        refusals.iter().copied().collect()
    }

    const FIRST: Field = Field::NewPassword1;
    const SECOND: Field = Field::NewPassword2;

    #[test]
    fn two_equal_strong_entries_are_right() {
        assert_eq!(errors(STRONG, STRONG), []);
        assert_eq!(errors(" ~ ~ ~ ~ ", " ~ ~ ~ ~ "), []);
    }

    #[test]
    fn empty_entries_are_required() {
        assert_eq!(
            errors("", ""),
            [(FIRST, Refusal::Required), (SECOND, Refusal::Required)]
        );
        assert_eq!(errors("123", ""), [(SECOND, Refusal::Required)]);
        assert_eq!(errors("", STRONG), [(FIRST, Refusal::Required)]);
    }

    #[test]
    fn a_weak_second_is_told_beside_an_empty_first() {
        assert_eq!(
            errors("", "123"),
            [
                (FIRST, Refusal::Required),
                (SECOND, Refusal::PasswordTooShort),
                (SECOND, Refusal::PasswordTooCommon),
                (SECOND, Refusal::PasswordEntirelyNumeric),
            ]
        );
    }

    #[test]
    fn different_entries_are_a_mismatch_and_nothing_more_however_weak() {
        assert_eq!(errors("1", "2"), [(SECOND, Refusal::PasswordMismatch)]);
        assert_eq!(
            errors(STRONG, "qlr4nq3f3 "),
            [(SECOND, Refusal::PasswordMismatch)]
        );
    }

    #[test]
    fn nul_is_told_under_its_field_and_keeps_the_strength_from_being_judged() {
        let nul = Refusal::NullCharacters;
        assert_eq!(errors("1\0", "1\0"), [(FIRST, nul), (SECOND, nul)]);
        assert_eq!(
            errors("", "1\0"),
            [(FIRST, Refusal::Required), (SECOND, nul)]
        );
    }

    #[test]
    fn a_space_is_an_entry() {
        assert_eq!(errors(" ", " "), [(SECOND, Refusal::PasswordTooShort)]);
    }

    #[test]
    fn nothing_is_judged_where_the_second_field_has_an_error() {
        let mut refusals = Refusals::default();
        refusals.push(Field::Password2, Refusal::PasswordMismatch);
        let pair = Pair::REGISTRATION;
        check_strength("1", pair, &About::default(), &Check::ALL, &mut refusals);
        assert_eq!(refusals.iter().count(), 1);
    }
}
