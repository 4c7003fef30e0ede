//! Latchkey on a laptop, and the engines of its tests.
//!
//! What runs in AWS is replaced by servers that speak the same protocols, on loopback addresses, so that the code under
//! test is the code that is deployed. In reading order:
//!
//! - [`tables`]: reads `infra/tables.yaml` and makes those tables on any DynamoDB endpoint
//! - [`database`]: an embedded DynamoDB, in memory or in a file
//! - [`inbox`]: the letters that were sent, and how their delivery can be made to fail
//! - [`ses`]: the SES v2 endpoint that puts letters there
//! - [`desk`]: the web pages of `make dev`: [`mailbox`], [`links`] and [`graphiql`]
//!
//! The binary `local` puts them together for `make dev`.

pub mod database;
pub mod desk;
pub mod error;
pub mod graphiql;
pub mod inbox;
pub mod links;
mod loopback;
pub mod mailbox;
pub mod ses;
pub mod tables;

pub use error::Error;
pub use inbox::{Behaviour, Inbox, Letter};
pub use loopback::{bind, is_taken};
