//! The text part of a mail: its HTML without tags and with entities decoded.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

/// Elements whose content nobody sees.
const HIDDEN: [&[u8]; 6] = [
    b"title",
    b"style",
    b"script",
    b"noscript",
    b"iframe",
    b"noembed",
];

/// Elements with an empty line before and after them.
const PARAGRAPHS: [&[u8]; 17] = [
    b"p",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"h5",
    b"h6",
    b"ul",
    b"ol",
    b"dl",
    b"table",
    b"blockquote",
    b"pre",
    b"hr",
    b"header",
    b"footer",
    b"section",
];

/// Elements that start and end a line.
const LINES: [&[u8]; 10] = [
    b"div", b"li", b"dt", b"dd", b"tr", b"caption", b"address", b"article", b"main", b"body",
];

/// What a reader without HTML sees.
pub(super) fn of_html(html: &str) -> String {
    let mut emitter = DefaultEmitter::default();
    // So that what looks like a tag within a style or a script is none.
    emitter.naively_switch_states(true);
    let mut text = Text::default();
    let mut hidden_in: Option<Vec<u8>> = None;
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::EndTag(tag) if hidden_in.as_ref() == Some(&tag.name.0) => hidden_in = None,
            _ if hidden_in.is_some() => {}
            Token::StartTag(tag) if HIDDEN.contains(&tag.name.as_slice()) => {
                hidden_in = Some(tag.name.0);
            }
            Token::StartTag(tag) => text.tag(&tag.name),
            Token::EndTag(tag) => text.tag(&tag.name),
            Token::String(words) => text.words(&String::from_utf8_lossy(&words)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    text.written
}

/// What separates what is written from what comes next.
#[derive(Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Line,
    EmptyLine,
}

#[derive(Default)]
struct Text {
    written: String,
    gap: Gap,
}

impl Text {
    fn tag(&mut self, name: &[u8]) {
        let gap = match name {
            b"br" if self.gap >= Gap::Line => Gap::EmptyLine,
            b"br" => Gap::Line,
            b"td" | b"th" => Gap::Space,
            _ if PARAGRAPHS.contains(&name) => Gap::EmptyLine,
            _ if LINES.contains(&name) => Gap::Line,
            _ => Gap::None,
        };
        self.gap = self.gap.max(gap);
    }

    /// Adds words. White space between them becomes one space, as HTML wants it.
    fn words(&mut self, words: &str) {
        for c in words.chars() {
            if c.is_ascii_whitespace() {
                self.gap = self.gap.max(Gap::Space);
                continue;
            }
            if !self.written.is_empty() {
                self.written.push_str(match self.gap {
                    Gap::None => "",
                    Gap::Space => " ",
                    Gap::Line => "\n",
                    Gap::EmptyLine => "\n\n",
                });
            }
            self.gap = Gap::None;
            self.written.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_their_words_stay() {
        assert_eq!(
            of_html("<a href=\"https://e.com/?a>b\">a <b>bold</b>er</a> word"),
            "a bolder word"
        );
        assert_eq!(of_html("plain"), "plain");
        assert_eq!(of_html(""), "");
        assert_eq!(of_html("1 < 2 <3 <"), "1 < 2 <3 <");
    }

    #[test]
    fn entities_are_decoded_once() {
        assert_eq!(
            of_html("&lt;b&gt; &amp;amp; &quot;&#39;&#x27; &eacute;&hellip;&nbsp;x"),
            "<b> &amp; \"'' é…\u{a0}x"
        );
    }

    #[test]
    fn what_nobody_sees_is_left_out() {
        let html = "<!doctype html><html><head><title>T &amp; t</title>\
            <style>p > a { content: '<p>' }</style><meta charset=utf-8></head>\
            <body><!-- a <p>comment</p> --><script>if (a < b) { '<p>no' }</script>\
            <STYLE>b</STYLE ><p>seen</p></body></html>";
        assert_eq!(of_html(html), "seen");
    }

    #[test]
    fn a_head_without_an_end_hides_nothing_of_the_body() {
        assert_eq!(of_html("<head><title>T</title><p>seen"), "seen");
    }

    #[test]
    fn paragraphs_are_parted_by_an_empty_line_and_lines_by_a_line_break() {
        let html = "\n<h1>Site</h1>\n\n<p>One\n  two</p><p>Three<br>four<br><br>five</p>\
            <div><div>six</div></div><ul><li>a</li> <li>b</li></ul>";
        assert_eq!(
            of_html(html),
            "Site\n\nOne two\n\nThree\nfour\n\nfive\n\nsix\n\na\nb"
        );
    }

    #[test]
    fn cells_of_a_row_are_parted_by_a_space_and_rows_by_a_line_break() {
        let html = "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>d";
        assert_eq!(of_html(html), "a b\nc\n\nd");
    }

    #[test]
    fn huge_and_broken_html_is_read_at_once() {
        for part in ["<", "<p>", "<!--", "<a b='", "&am", "<style>", "</p><br>"] {
            let html = part.repeat(300_000 / part.len());
            assert!(of_html(&html).len() <= html.len());
        }
    }
}
