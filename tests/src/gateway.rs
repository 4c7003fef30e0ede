//! Lambda and its gateway, without either: the binary of the function as a child process, the Runtime
//! API that it polls, and an API Gateway in front that makes events of requests.
//!
//! - [`Gateway`]: HTTP requests into events of an HTTP API (payload format 2.0), results into answers
//! - [`Function`]: the running binary, which is handed one event at a time, and when it did what

mod event;
mod function;
mod outcome;
mod output;
mod runtime_api;

pub use event::{Gateway, answer};
pub use function::Function;
pub use outcome::{Cause, Failure, Invocation};
