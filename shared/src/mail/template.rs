//! Templates: text with `{{ name }}` in it, and no other syntax.
//!
//! White space inside the braces is optional. A name is letters, digits, `_`, `.` and `-`; an
//! unknown one gives an empty string. Whatever else has braces is literal text. Values are put in
//! once and never looked into, so a value with braces stays as it is.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// What the names stand for.
pub(super) type Values<'a> = BTreeMap<&'a str, Cow<'a, str>>;

/// Fills in a text of HTML: values are escaped, so that they are text and nothing else, between
/// tags and within quoted attributes.
pub(super) fn fill_html(template: &str, values: &Values) -> String {
    fill(template, values, escape)
}

/// Fills in a plain text: values are put in as they are.
pub(super) fn fill_plain(template: &str, values: &Values) -> String {
    fill(template, values, String::push_str)
}

fn fill(template: &str, values: &Values, put: fn(&mut String, &str)) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        if let Some((name, after)) = leading_name(rest) {
            if let Some(value) = values.get(name) {
                put(&mut text, value);
            }
            rest = after;
        } else {
            // Of `{{{ name }}` the first brace is literal and the others are not.
            text.push('{');
            rest = &rest[1..];
        }
    }
    text + rest
}

/// The name in the `{{ name }}` that a text starts with, and what comes after it. Looks no further
/// than to the next brace, so that a text of nothing but braces is read in linear time.
fn leading_name(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("{{")?.trim_start();
    let is_in_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    let end = inside.find(|c| !is_in_name(c))?;
    let (name, after) = inside.split_at(end);
    let after = after.trim_start().strip_prefix("}}")?;
    (!name.is_empty()).then_some((name, after))
}

fn escape(text: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            _ => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values<'static> {
        Values::from([
            ("name", "Luke".into()),
            ("user.first_name", "<b>'L' & \"S\"</b>".into()),
            ("braces", "{{ name }}".into()),
            ("half", "{{ na".into()),
            ("größe-1", "L".into()),
        ])
    }

    fn plain(template: &str) -> String {
        fill_plain(template, &values())
    }

    #[test]
    fn a_name_in_double_braces_becomes_its_value_with_or_without_spaces() {
        assert_eq!(plain("Hi {{ name }}!"), "Hi Luke!");
        assert_eq!(plain("{{name}} {{  name}}{{\tname\n}}"), "Luke LukeLuke");
        assert_eq!(plain("{{ größe-1 }}"), "L");
    }

    #[test]
    fn an_unknown_name_gives_an_empty_string() {
        assert_eq!(plain("a{{ nobody }}b{{ name.x }}c"), "abc");
    }

    #[test]
    fn everything_else_is_literal_text() {
        for text in [
            "",
            "{",
            "{{",
            "}}",
            "{{}}",
            "{{ }}",
            "{{ name",
            "{{ name }",
            "{{ name } }",
            "{ { name }}",
            "{% if name %}",
            "{# name #}",
            "{{ name|upper }}",
            "{{ name name }}",
            "{{ \"name\" }}",
            "<style>p{color:red}</style>",
        ] {
            assert_eq!(plain(text), text);
        }
        assert_eq!(plain("{{{ name }}}"), "{Luke}");
        assert_eq!(plain("{{ a {{ name }} }}"), "{{ a Luke }}");
    }

    #[test]
    fn html_values_are_escaped_and_plain_values_are_verbatim() {
        let html = fill_html(
            "<a title=\"{{ user.first_name }}\">{{ name }}</a>",
            &values(),
        );
        assert_eq!(
            html,
            "<a title=\"&lt;b&gt;&#39;L&#39; &amp; &quot;S&quot;&lt;/b&gt;\">Luke</a>"
        );
        assert_eq!(plain("{{ user.first_name }}"), "<b>'L' & \"S\"</b>");
    }

    #[test]
    fn values_are_not_expanded_again() {
        assert_eq!(plain("{{ braces }}"), "{{ name }}");
        assert_eq!(plain("{{ half }}me }}"), "{{ name }}");
        assert_eq!(fill_html("{{ braces }}", &values()), "{{ name }}");
    }

    #[test]
    fn a_huge_template_is_filled_in_at_once() {
        for part in ["{", "{{ ", "{{ name", "{{ name }}", "{{  name }"] {
            let text = part.repeat(1_000_000 / part.len());
            assert!(!plain(&text).is_empty());
        }
        let spaces = format!("{{{{{}", " ".repeat(1_000_000));
        assert_eq!(plain(&spaces), spaces);
    }
}
