//! Which part of the list.

use crate::error::{Denial, Error, Result};
use crate::store::users::{Direction, Position};

/// The most that `offset` may skip.
const MOST_SKIPPED: i64 = 1_000;

/// Which part of the list.
#[derive(Default)]
pub struct Window {
    /// Skip this many.
    pub offset: Option<i64>,
    /// End in front of this position.
    pub before: Option<Position>,
    /// Whether such a position was given, be it one that cannot be read and so is ignored.
    pub has_before: bool,
    /// Begin behind this position.
    pub after: Option<Position>,
    /// Keep the first so many.
    pub first: Option<i64>,
    /// Of those, keep the last so many.
    pub last: Option<i64>,
}

/// How much of the list, judged.
pub(super) enum Size {
    /// Skip, keep the first, of that the last.
    Forward {
        skip: usize,
        first: usize,
        last: Option<usize>,
    },
    /// Keep the last, reading from the end.
    Backward { last: usize },
}

impl Size {
    /// Judges what a client asks for, where a page has at most `limit` users.
    ///
    /// # Errors
    /// `BadInput` for numbers that make no sense, alone or together.
    pub(super) fn judge(window: &Window, limit: i64) -> Result<Self> {
        let bad = |message: String| Err(Error::Denied(Denial::BadInput(message)));
        let (first, last, offset) = (window.first, window.last, window.offset);
        if [first, last, offset]
            .into_iter()
            .flatten()
            .any(|number| number < 0)
        {
            return bad("Negative indexing is not supported.".to_owned());
        }
        for (name, number) in [("first", first), ("last", last)] {
            if let Some(number) = number.filter(|number| *number > limit) {
                return bad(format!(
                    "Requesting {number} records on the `users` connection exceeds the `{name}` limit of {limit} records."
                ));
            }
        }
        if offset.is_some() && window.has_before {
            return bad("You can't provide a `before` value at the same time as an `offset` value to properly paginate the `users` connection.".to_owned());
        }
        if offset.is_some() && last.is_some() && first.is_none() {
            return bad("Using 'last' together with 'offset' requires 'first'.".to_owned());
        }
        if let Some(number) = offset.filter(|number| *number > MOST_SKIPPED) {
            return bad(format!(
                "Requesting an offset of {number} on the `users` connection exceeds the limit of {MOST_SKIPPED}."
            ));
        }
        let count = |number: i64| usize::try_from(number).unwrap_or_default();
        Ok(match (first, last) {
            (None, Some(last)) => Self::Backward { last: count(last) },
            (first, last) => Self::Forward {
                skip: count(offset.unwrap_or_default()),
                first: count(first.unwrap_or(limit)),
                last: last.map(count),
            },
        })
    }

    /// From which end the list is read.
    pub(super) fn direction(&self) -> Direction {
        match self {
            Self::Forward { .. } => Direction::Forward,
            Self::Backward { .. } => Direction::Backward,
        }
    }

    /// How many users must be seen to know the page, and whether more follow.
    pub(super) fn needed(&self) -> usize {
        match self {
            Self::Forward { skip, first, .. } => skip + first + 1,
            Self::Backward { last } => last + 1,
        }
    }
}
