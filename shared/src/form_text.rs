//! What holds for every text field of a form: trimming, length, NUL.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::error::Refusal;

/// The text without white space at its ends.
///
/// The four information separators count as white space too: people type none of them, and
/// a name that differs from another only by one of them at its end would pass for the other.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}'))
}

/// Too many code points, then a NUL character: both are told when both hold.
pub(crate) fn length_and_nul(text: &str, limit: usize) -> Vec<Refusal> {
    let length = text.chars().count();
    let too_long = (length > limit).then_some(Refusal::MaxLength { limit, length });
    let nul = text.contains('\0').then_some(Refusal::NullCharacters);
    too_long.into_iter().chain(nul).collect()
}

/// Whether Unicode calls this a letter or a number (categories L and N).
///
/// Not [`char::is_alphanumeric`]: that counts many combining marks as letters.
pub(crate) fn is_letter_or_number(c: char) -> bool {
    matches!(
        c.general_category_group(),
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_white_space_of_unicode_is_trimmed_and_nothing_else() {
        for space in
            "\t\n\u{b}\u{c}\r\u{1c}\u{1f} \u{85}\u{a0}\u{1680}\u{2003}\u{2028}\u{3000}".chars()
        {
            assert_eq!(
                trimmed(&format!("{space}a{space}b{space}")),
                format!("a{space}b")
            );
        }
        for kept in ["\0a\0", "\u{200b}a", "a\u{180e}", "\u{feff}a"] {
            assert_eq!(trimmed(kept), kept);
        }
    }

    #[test]
    fn length_counts_code_points_and_comes_before_nul() {
        assert_eq!(length_and_nul("\u{1f600}\u{1f600}", 2), []);
        assert_eq!(
            length_and_nul("a\0b", 2),
            [
                Refusal::MaxLength {
                    limit: 2,
                    length: 3
                },
                Refusal::NullCharacters
            ]
        );
    }

    #[test]
    fn a_combining_mark_is_neither_letter_nor_number() {
        assert!(
            ['a', 'é', '中', '٣', '½', 'Ⅷ']
                .into_iter()
                .all(is_letter_or_number)
        );
        assert!(
            !['\u{345}', '\u{301}', '_', ' ', '€', '\u{903}']
                .into_iter()
                .any(is_letter_or_number)
        );
    }
}
