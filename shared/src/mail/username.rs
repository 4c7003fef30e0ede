//! A username in a mail. A stranger chose it, and it must not read as anything but a name.

/// The most characters shown.
const LONGEST: usize = 30;

/// A username as mails show it: at most 30 characters, with a word joiner (U+2060) after each dot, so
/// that no mail program makes a link of it. One with other than ASCII letters is isolated (U+2068
/// to U+2069), since a name that runs from right to left would reorder the words around it.
pub(super) fn shown(username: &str) -> String {
    let mut shown: String = username.chars().take(LONGEST).collect();
    if username.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    let shown = shown.replace('.', ".\u{2060}");
    if username.is_ascii() {
        shown
    } else {
        format!("\u{2068}{shown}\u{2069}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_followed_by_a_word_joiner() {
        assert_eq!(shown("luke"), "luke");
        assert_eq!(
            shown("www.evil.example"),
            "www.\u{2060}evil.\u{2060}example"
        );
    }

    #[test]
    fn at_most_thirty_characters_are_shown() {
        assert_eq!(shown(&"a".repeat(30)), "a".repeat(30));
        assert_eq!(shown(&"a".repeat(150)), "a".repeat(30) + "…");
        let dots = ".\u{2060}".repeat(30);
        assert_eq!(shown(&".".repeat(31)), dots + "…");
        let names = shown(&"é".repeat(31));
        assert_eq!(names, format!("\u{2068}{}…\u{2069}", "é".repeat(30)));
    }

    #[test]
    fn a_name_in_other_letters_is_isolated() {
        assert_eq!(shown("لوك.x"), "\u{2068}لوك.\u{2060}x\u{2069}");
    }
}
