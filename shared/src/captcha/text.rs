//! What a captcha says: six digits, compared without spaces and letter case.

use crate::random;

/// How many digits a captcha has.
const DIGITS: usize = 6;

/// The text of a captcha, as it is compared.
pub struct CaptchaText(String);

impl CaptchaText {
    /// Six random digits.
    #[must_use]
    pub fn random() -> Self {
        let digits = std::iter::repeat_with(random::bytes::<16>)
            .flatten()
            // 250 is a multiple of ten: what is above would make some digits likelier.
            .filter(|byte| *byte < 250)
            .map(|byte| char::from(b'0' + byte % 10));
        Self(digits.take(DIGITS).collect())
    }

    /// What somebody typed.
    #[must_use]
    pub fn typed(entry: &str) -> Self {
        Self(entry.split_whitespace().collect::<String>().to_lowercase())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_six_digits_and_two_differ() {
        let (a, b) = (CaptchaText::random(), CaptchaText::random());
        assert!(a.0.len() == 6 && a.0.bytes().all(|byte| byte.is_ascii_digit()));
        let c = CaptchaText::random();
        assert!(a.0 != b.0 || b.0 != c.0, "three equal texts in a row");
    }

    #[test]
    fn spaces_do_not_count_in_an_entry() {
        assert_eq!(CaptchaText::typed(" 12 34\t56 ").as_str(), "123456");
    }
}
