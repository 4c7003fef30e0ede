//! What comes of an event: a result, or a reason why there is none.

use std::fmt;
use std::process::ExitStatus;
use std::time::Instant;

use bytes::Bytes;
use serde_json::Value;

/// An event that was answered.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The result, as the function wrote it.
    pub result: Bytes,
    /// When the event was laid out for the function.
    pub asked: Instant,
    /// When the function fetched it; after a cold start, later than `asked`.
    pub handed: Instant,
    /// When the result was there.
    pub answered: Instant,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// The process cannot be started at all.
    NotStarted(String),
    /// The function has said that it cannot start.
    InitError(Value),
    /// The process has ended.
    Ended(ExitStatus),
    /// It has not asked for an event, or not answered one, in the time that it has.
    Silent,
    /// The function has reported an error in place of a result.
    Error(Value),
    /// There is a result, but the gateway could not read it.
    Unreadable(String),
}

/// Why there is no result, and what the process has said until then.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Why.
    pub cause: Cause,
    /// What it wrote, to both streams.
    pub log: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the function gives no result: {:?}\n{}",
            self.cause, self.log
        )
    }
}

impl std::error::Error for Failure {}
