//! What stories are told with: a World per test, with tables, an inbox, settings and a clock of its
//! own. Nothing here asserts; stories do.

pub mod audit;
pub mod captchas;
pub mod log;
pub mod people;
pub mod proxy;
pub mod reply;
pub mod request;
pub mod world;

pub use proxy::Fate;
pub use reply::Reply;
pub use world::{World, in_both_dialects, in_each_dialect, service};
