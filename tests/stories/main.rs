//! The stories. One file per flow, under the same name.

#![allow(
    clippy::disallowed_methods,
    reason = "which engine to use, and whether to write documents, is said by the environment"
)]

mod budget;
mod captcha;
mod documentation;
mod find_users;
mod gqlauth;
mod keys;
mod limits;
mod log_in;
mod log_out;
mod refresh;
mod register;
mod schema;
mod settings;
mod state_machine;
mod verify_token;
