//! The passwords that everybody tries first.

/// The list: one per line, trimmed, lower-cased, sorted by bytes. See `common_passwords.md`.
const LIST: &str = include_str!("common_passwords.txt");

/// Whether this is on the list. The caller trims and lower-cases.
///
/// It searches the text of the list in place, so that a start pays nothing for it.
#[must_use]
pub fn is_common(password: &str) -> bool {
    let mut rest = LIST;
    while !rest.is_empty() {
        let (before, line, after) = middle_line(rest);
        rest = match password.cmp(line) {
            std::cmp::Ordering::Less => before,
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Greater => after,
        };
    }
    false
}

/// The line in the middle of whole lines, without its end, and the whole lines around it.
fn middle_line(lines: &str) -> (&str, &str, &str) {
    let middle = lines.floor_char_boundary(lines.len() / 2);
    let start = lines[..middle].rfind('\n').map_or(0, |end| end + 1);
    let (before, rest) = lines.split_at(start);
    let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
    (before, line, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_long_sorted_trimmed_and_lower_cased() {
        assert!(LIST.lines().count() >= 10_000);
        assert!(LIST.lines().is_sorted());
        for line in LIST.lines() {
            assert_eq!(line, crate::form_text::trimmed(&line.to_lowercase()));
            assert!(!line.is_empty());
        }
    }

    #[test]
    fn everything_on_the_list_is_found_and_nothing_beside_it() {
        for line in LIST.lines() {
            assert!(is_common(line), "{line}");
            assert!(!is_common(&format!("{line}\n")));
        }
        for absent in [
            "",
            "\n",
            "\0",
            "zzzzzzzzzzzzz",
            "\u{10ffff}",
            "passwor",
            "password\0",
        ] {
            assert!(!is_common(absent), "{absent:?}");
        }
    }

    #[test]
    fn these_are_common_and_these_are_not() {
        assert!(
            ["password", "123", "123456", "skywalker1"]
                .into_iter()
                .all(is_common)
        );
        let strong = [
            "123456super",
            "qlr4nq3f3",
            "supersecretpassword",
            "akssdgfbwkc",
            "new_password",
            "23kegbsi7g2k",
            "supersecurep@ssw0rd",
        ];
        assert!(!strong.into_iter().any(is_common));
    }
}
