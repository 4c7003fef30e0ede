//! Why a flow stops: an answer (a refusal), or an accident (a fault).

mod refusal;

pub use refusal::{Field, Refusal, Resembled};

/// The refusals of one answer, in the order in which the checks failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusals(Vec<(Field, Refusal)>);

impl Refusals {
    /// Adds one.
    pub fn push(&mut self, field: Field, refusal: Refusal) {
        self.0.push((field, refusal));
    }

    /// Adds several under one field.
    pub fn extend(&mut self, field: Field, refusals: impl IntoIterator<Item = Refusal>) {
        self.0
            .extend(refusals.into_iter().map(|refusal| (field, refusal)));
    }

    /// Adds all of another list behind these.
    pub fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }

    /// These as an error.
    #[must_use]
    pub fn into_error(self) -> Error {
        Error::Refused(self)
    }

    /// Whether anything failed under this field.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.0.iter().any(|(key, _)| *key == field)
    }

    /// Whether nothing failed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &(Field, Refusal)> {
        self.0.iter()
    }

    /// Ends a form: nothing failed, or all that failed.
    ///
    /// # Errors
    /// The refusals, if there are any.
    pub fn into_result(self) -> Result<(), Error> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(Error::Refused(self))
        }
    }
}

/// An answer outside the envelope of a mutation: a query that is not permitted, or a call that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// The query needs somebody to be logged in.
    Unauthenticated,
    /// The query is not for this person.
    Forbidden,
    /// The arguments make no sense together; the text says why.
    BadInput(String),
}

/// Why a flow stops.
#[derive(Debug)]
pub enum Error {
    /// An answer: what was wrong with the request, field by field.
    Refused(Refusals),
    /// An answer at the top level of the response.
    Denied(Denial),
    /// An accident. Its text is for the log, never for a client.
    Fault(anyhow::Error),
}

impl From<anyhow::Error> for Error {
    fn from(fault: anyhow::Error) -> Self {
        Self::Fault(fault)
    }
}

/// What flows return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Logs an accident in full, but for addresses, which libraries like to put into their messages.
pub fn log_fault(what: &str, fault: &anyhow::Error) {
    tracing::error!(
        fault = without_addresses(&format!("{fault:#}")),
        "{what} failed"
    );
}

/// A text with all addresses blotted out, and rather more than less of what stands around an `@`.
#[must_use]
pub fn without_addresses(text: &str) -> String {
    // Everything else may stand in a local part.
    let is_end = |c: char| c.is_whitespace() || "\"<>()[],;:".contains(c);
    let mut blotted = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, after) = rest.split_at(at);
        let start = match before.strip_suffix('"') {
            // A local part in quotation marks, with anything in it.
            Some(quoted) => opening_quote(quoted),
            None => before.rfind(is_end).map_or(0, |end| {
                end + before[end..].chars().next().map_or(0, char::len_utf8)
            }),
        };
        blotted.push_str(&before[..start]);
        blotted.push_str("<address>");
        let end = match after.strip_prefix("@[") {
            Some(literal) => literal
                .find(']')
                .map_or(after.len(), |end| end + "@[]".len()),
            None => after.find(is_end).unwrap_or(after.len()),
        };
        rest = &after[end..];
    }
    blotted + rest
}

/// Where the last quotation mark is that has no backslash before it.
fn opening_quote(text: &str) -> usize {
    let mut end = text.len();
    while let Some(quote) = text[..end].rfind('"') {
        if !text[..quote].ends_with('\\') {
            return quote;
        }
        end = quote;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_blotted_out_of_logs() {
        let text = "Email address is not verified: vera@email.com, \"V <vera@email.com>\" (eu-1)";
        let blotted = "Email address is not verified: <address>, \"V <<address>>\" (eu-1)";
        assert_eq!(without_addresses(text), blotted);
        assert_eq!(without_addresses("nothing here"), "nothing here");
        for address in [
            "o'brien=private{a}@email.com",
            "\"a b, c\"@email.com",
            "\"a\\\"b\"@email.com",
            "vera@[127.0.0.1]",
            "vera@[IPv6:::1]",
            "vérä@exämple.com",
        ] {
            let text = without_addresses(&format!("refused: {address}, twice: <{address}>"));
            assert_eq!(text, "refused: <address>, twice: <<address>>", "{address}");
        }
    }
}
