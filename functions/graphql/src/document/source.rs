//! What is read off the text of a document before the parser sees it.
//!
//! The parser recurses once for every open bracket, without a bound, and keeps only the last of
//! two members of an input object that have one name; errors repeat names, however long. All that is
//! caught here, in one pass.

use std::collections::HashSet;

use async_graphql::ServerError;

use super::limits;

/// How many brackets of any kind may be open at once. Twenty levels of fields, each wrapped in
/// inline fragments, with input objects at the end, stay well below.
const OPEN_BRACKETS: usize = 100;

/// How many characters a name may have. Those that code generators make stay well below.
const NAME: usize = 250;

/// Refuses text that nests too deeply for the parser, has a name beyond all measure, or names a member of an
/// input object twice.
///
/// # Errors
///
/// A request error; text that is wrong in any other way is left to the parser.
pub(super) fn check(source: &str) -> Result<(), ServerError> {
    Scanner {
        source,
        at: 0,
        open: Vec::new(),
        name: None,
    }
    .run()
}

/// A bracket that is still open, and what it holds.
enum Bracket<'a> {
    Selections,
    Arguments,
    List,
    Members(HashSet<&'a str>),
}

struct Scanner<'a> {
    source: &'a str,
    at: usize,
    open: Vec<Bracket<'a>>,
    /// The name just read, for the colon that may follow it.
    name: Option<&'a str>,
}

impl Scanner<'_> {
    fn run(mut self) -> Result<(), ServerError> {
        while let Some(&byte) = self.source.as_bytes().get(self.at) {
            match byte {
                b'#' => self.comment(),
                b'"' => self.string()?,
                b'{' | b'(' | b'[' => self.enter(byte)?,
                b'}' | b')' | b']' => self.leave(),
                b':' => self.colon()?,
                b'_' | b'a'..=b'z' | b'A'..=b'Z' => self.word()?,
                // Outside of strings the only character beyond ASCII is the byte order mark, a blank.
                b' ' | b',' | b'\t' | b'\r' | b'\n' | 0x80.. => self.at += 1,
                _ => {
                    self.name = None;
                    self.at += 1;
                }
            }
        }
        Ok(())
    }

    fn enter(&mut self, byte: u8) -> Result<(), ServerError> {
        // Braces are input objects as soon as a parenthesis is open around them.
        let in_arguments = self
            .open
            .iter()
            .any(|open| matches!(open, Bracket::Arguments));
        self.open.push(match byte {
            b'(' => Bracket::Arguments,
            b'[' => Bracket::List,
            _ if in_arguments => Bracket::Members(HashSet::new()),
            _ => Bracket::Selections,
        });
        if self.open.len() > OPEN_BRACKETS {
            return Err(limits::too_large(
                "The document nests its brackets too deeply.",
            ));
        }
        self.name = None;
        self.at += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.open.pop();
        self.name = None;
        self.at += 1;
    }

    fn word(&mut self) -> Result<(), ServerError> {
        let rest = &self.source[self.at..];
        let end = rest
            .find(|c: char| c != '_' && !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        if end > NAME {
            return Err(limits::too_large("A name of the document is too long."));
        }
        self.name = Some(&rest[..end]);
        self.at += end;
        Ok(())
    }

    fn colon(&mut self) -> Result<(), ServerError> {
        self.at += 1;
        if let (Some(Bracket::Members(members)), Some(name)) =
            (self.open.last_mut(), self.name.take())
            && !members.insert(name)
        {
            let message = format!("There can be only one input field named \"{name}\".");
            return Err(ServerError::new(message, None));
        }
        Ok(())
    }

    fn comment(&mut self) {
        let rest = &self.source[self.at..];
        self.at += rest.find(['\r', '\n']).unwrap_or(rest.len());
    }

    fn string(&mut self) -> Result<(), ServerError> {
        self.name = None;
        let rest = &self.source[self.at..];
        self.at += if rest.starts_with("\"\"\"") {
            // The parser would read an open block string as an empty one and go on behind it.
            block_string(rest).ok_or_else(|| ServerError::new("Unterminated string.", None))?
        } else {
            line_string(rest)
        };
        Ok(())
    }
}

/// The length of the block string that `text` starts with.
fn block_string(text: &str) -> Option<usize> {
    let mut at = 3;
    loop {
        let rest = text.get(at..)?;
        let quotes = rest.find("\"\"\"")?;
        if !rest[..quotes].ends_with('\\') {
            return Some(at + quotes + 3);
        }
        at += quotes + 3;
    }
}

/// The length of the string that `text` starts with, up to the end of the line if it is not closed.
fn line_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'\r' | b'\n' => return at,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn brackets_in_strings_and_comments_do_not_nest() {
        let many = "[".repeat(500);
        for text in [
            format!(r#"{{ a(x: "{many}") }}"#),
            format!(r#"{{ a(x: "\"{many}") }}"#),
            format!(r#"{{ a(x: """ \""" " {many} """) }}"#),
            format!("{{ a # {many}\n }}"),
        ] {
            assert!(check(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn brackets_hidden_behind_odd_quotes_are_counted() {
        let many = "[".repeat(500);
        for text in [
            format!(r#"{{ a(x: ["" {many}"#),
            format!(r#"{{ a(x: ["""abc"{many}"#),
            format!("{{ a(x: # \" \n {many}"),
            format!("{{ a(x: # \" \r {many}"),
            format!("{{ a(x: \" \n {many}"),
            format!(r#"{{ a(x: ["\\"{many}"#),
            format!(r#"{{ a(x: [""" \\""" """ """{many}"#),
        ] {
            assert!(check(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_member_of_an_input_object_may_be_named_once() {
        for text in [
            "{ a(x: {b: 1, b: 2}) }",
            "{ a(x: {b: c b # comment\n : 2}) }",
            "{ a(x: [{b: {c: 1, c: 1}}]) }",
            "query ($v: In = {b: 1, b: 2}) { a(x: $v) }",
            "{ a @d(x: {b: 1, b: 1}) }",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
        for text in [
            "{ b: a(x: 1) { b: c } b: a(x: 1) { b: c } }",
            "{ a(x: {b: b, c: {b: $b}}, y: {b: 1}) }",
            "query ($b: B, $b: B) { a }",
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
    }
}
