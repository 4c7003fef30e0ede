//! Digits, as Unicode counts them.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Whether the numeric type of this character is Decimal or Digit: `3`, `٣`, `³` and `③`, but
/// neither `½` nor `Ⅲ`.
pub(super) fn is_digit(c: char) -> bool {
    c.general_category() == GeneralCategory::DecimalNumber
        || DIGITS_THAT_ARE_NOT_DECIMAL
            .binary_search_by(|range| match (*range.end() < c, c < *range.start()) {
                (true, _) => std::cmp::Ordering::Less,
                (_, true) => std::cmp::Ordering::Greater,
                _ => std::cmp::Ordering::Equal,
            })
            .is_ok()
}

/// `Numeric_Type=Digit`, from the Unicode 14 data of Python 3.11: every character with
/// `c.isdigit()` and not `unicodedata.category(c) == "Nd"`. Unicode gives this type to no new
/// character since version 6.3, so the table does not age.
#[rustfmt::skip]
const DIGITS_THAT_ARE_NOT_DECIMAL: [std::ops::RangeInclusive<char>; 20] = [
    '\u{b2}'..='\u{b3}', '\u{b9}'..='\u{b9}', '\u{1369}'..='\u{1371}', '\u{19da}'..='\u{19da}',
    '\u{2070}'..='\u{2070}', '\u{2074}'..='\u{2079}', '\u{2080}'..='\u{2089}',
    '\u{2460}'..='\u{2468}', '\u{2474}'..='\u{247c}', '\u{2488}'..='\u{2490}',
    '\u{24ea}'..='\u{24ea}', '\u{24f5}'..='\u{24fd}', '\u{24ff}'..='\u{24ff}',
    '\u{2776}'..='\u{277e}', '\u{2780}'..='\u{2788}', '\u{278a}'..='\u{2792}',
    '\u{10a40}'..='\u{10a43}', '\u{10e60}'..='\u{10e68}', '\u{11052}'..='\u{1105a}',
    '\u{1f100}'..='\u{1f10a}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_and_digits_count_and_other_numbers_do_not() {
        assert!("09٣९３𝟡²³¹⁰⁴₀①⑨⓪🄀".chars().all(is_digit));
        assert!(!"½ⅧⅢ⅓⑩⑳三〇a_ \u{1f600}".chars().any(is_digit));
    }

    #[test]
    fn the_table_has_all_128_and_none_of_them_is_decimal() {
        let all: Vec<char> = DIGITS_THAT_ARE_NOT_DECIMAL.into_iter().flatten().collect();
        assert_eq!(all.len(), 128);
        assert!(all.is_sorted());
        for c in all {
            assert!(is_digit(c));
            assert_eq!(c.general_category(), GeneralCategory::OtherNumber, "{c:?}");
        }
    }
}
