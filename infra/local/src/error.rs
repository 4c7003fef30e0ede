//! What can go wrong on the laptop.

use std::fmt::{self, Display};

/// A failure, told as a sentence for the person in front of the terminal.
#[derive(Debug)]
pub struct Error(String);

impl Error {
    /// A failure that needs no further cause.
    #[must_use]
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// What was tried, and what the layer below said about it.
    #[must_use]
    pub fn because(tried: impl Display, cause: impl Display) -> Self {
        Self(format!("{tried}: {cause}"))
    }
}

impl Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
