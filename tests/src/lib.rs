//! What stories are told with: a World per test, with tables, an inbox, settings and a clock of its
//! own. What is right is said by the stories.

#![allow(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "stories claim, and do not use what comes of it"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "which engine to use is said by the environment"
)]

pub mod audit;
pub mod captchas;
mod deployed;
pub mod every_act;
pub mod gateway;
pub mod log;
pub mod metrics;
pub mod operations;
pub mod people;
pub mod proxy;
pub mod reply;
pub mod request;
pub mod tokens;
pub mod world;

pub use graphql::http::Dialect;
pub use proxy::Fate;
pub use reply::Reply;
pub use request::Asker;
pub use world::{WITHOUT_LIMITS, World, in_both_dialects, in_each_dialect, service};
