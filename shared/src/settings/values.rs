//! The kinds of values that settings have. Each parser says what is wrong and what to write.

use std::time::Duration;

/// So many in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many are allowed, 1 to 100,000.
    pub count: u32,
    /// In a window of this length.
    pub window: Duration,
}

/// A hundred years: no setting needs more, and sums of times stay far from overflow.
const LONGEST: u64 = 100 * 365 * 86_400;

/// `true` / `false`, `1` / `0`, `yes` / `no`, `on` / `off`, in any letter case.
pub(super) fn flag(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(format!("{text:?} is not a bool; write true or false")),
    }
}

/// Whole seconds (`300`) or numbers with units (`5m`, `7d`, `1h 30m`), zero included.
pub(super) fn duration_or_zero(text: &str) -> Result<Duration, String> {
    let wrong = || {
        format!(
            "{text:?} is not a duration; write seconds (300) or numbers with units (5m, 1h 30m, 7d)"
        )
    };
    let seconds = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_err(|_| wrong())?
    } else {
        with_units(text).ok_or_else(wrong)?
    };
    if seconds > LONGEST {
        return Err(format!("{text:?} is longer than a hundred years"));
    }
    Ok(Duration::from_secs(seconds))
}

fn with_units(text: &str) -> Option<u64> {
    let mut total = 0_u64;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = match rest[..letters].to_ascii_lowercase().as_str() {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = rest[letters..].trim_start();
    }
    Some(total)
}

/// As [`duration_or_zero`], but more than zero.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match duration_or_zero(text)? {
        Duration::ZERO => Err(format!("{text:?} must be more than zero")),
        some => Ok(some),
    }
}

/// A count and a window, `10/15m`, or `off`.
pub(super) fn rate(text: &str) -> Result<Option<Rate>, String> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    let wrong = || format!("{text:?} is not a rate; write a count and a window (10/15m), or off");
    let (count, window) = text.split_once('/').ok_or_else(wrong)?;
    let count: u32 = digits(count.trim()).ok_or_else(wrong)?;
    if !(1..=100_000).contains(&count) {
        return Err(format!("the count of {text:?} must be 1 to 100000"));
    }
    let window = duration(window.trim()).map_err(|_| wrong())?;
    Ok(Some(Rate { count, window }))
}

/// A number that is written in digits and nothing else.
fn digits(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

/// A whole number within bounds.
pub(super) fn int(text: &str, least: u32, most: u32) -> Result<u32, String> {
    match digits(text) {
        Some(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!(
            "{text:?} is not a whole number from {least} to {most}"
        )),
    }
}

/// Names separated by commas, each at most once in the result; `none` is the empty list.
pub(super) fn list<T: Copy + PartialEq>(
    text: &str,
    choices: &[(&str, T)],
) -> Result<Vec<T>, String> {
    let mut chosen = Vec::new();
    if text.eq_ignore_ascii_case("none") {
        return Ok(chosen);
    }
    for name in text.split(',').map(str::trim) {
        let one = choice(name, choices)?;
        if !chosen.contains(&one) {
            chosen.push(one);
        }
    }
    Ok(chosen)
}

/// One of several names.
pub(super) fn choice<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    choices
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, value)| *value)
        .ok_or_else(|| {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            format!("{text:?} is not allowed; allowed are {}", names.join(", "))
        })
}

/// Segments of a URL path, without slashes at the ends.
pub(super) fn path(text: &str) -> Result<String, String> {
    let path = text.trim_matches('/');
    let is_segment_character =
        |c: char| c.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:@%".contains(c);
    let is_segment = |segment: &str| {
        !matches!(segment, "" | "." | "..") && segment.chars().all(is_segment_character)
    };
    if path.split('/').all(is_segment) {
        Ok(path.to_owned())
    } else {
        Err(format!(
            "{text:?} is not a path; write segments like activate or account/activate"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds_or_numbers_with_units() {
        for (text, seconds) in [
            ("300", 300),
            ("5m", 300),
            ("7d", 604_800),
            ("1h 30m", 5_400),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "soon",
            "",
            "-5",
            "5 x",
            "m",
            "1.5h",
            "0",
            "99999999999999999999",
            "5m 3",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert_eq!(duration_or_zero("0"), Ok(Duration::ZERO));
    }

    #[test]
    fn rates_are_a_count_and_a_window_or_off() {
        let window = Duration::from_mins(15);
        assert_eq!(rate("10/15m"), Ok(Some(Rate { count: 10, window })));
        assert_eq!(rate("off"), Ok(None));
        for text in ["0/15m", "100001/1h", "10", "10/", "/15m", "10/0", "ten/1h"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn flags_have_four_spellings_each_in_any_letter_case() {
        for text in ["true", "1", "YES", "On"] {
            assert_eq!(flag(text), Ok(true));
        }
        for text in ["False", "0", "no", "OFF"] {
            assert_eq!(flag(text), Ok(false));
        }
        assert!(flag("maybe").is_err());
    }

    #[test]
    fn paths_lose_the_slashes_at_their_ends_only() {
        assert_eq!(
            path("/account/activate/"),
            Ok("account/activate".to_owned())
        );
        for text in ["/", "a//b", "a b", "a?b", "..", "a/../b", "a#b"] {
            assert!(path(text).is_err(), "{text}");
        }
    }
}
